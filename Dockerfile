# The gateway in a container: docs/deploy.md says how it is run. The first stage builds, the second has neither pip nor
# sources. The Python is the one that the tests run on.
FROM python:3.11.14-slim-bookworm AS build

WORKDIR /build
COPY requirements/serve.txt requirements/
RUN python -m venv --without-pip /opt/gateway \
 && python -m pip --python /opt/gateway/bin/python install --quiet --no-cache-dir --require-hashes -r requirements/serve.txt

COPY pyproject.toml README.md LICENSE integrations.yaml ./
COPY schemas schemas
COPY policies policies
COPY plugins plugins
COPY gateway gateway
# What builds the wheel is locked with the rest, and leaves again.
RUN python -m pip --python /opt/gateway/bin/python wheel --quiet --no-deps --no-build-isolation --wheel-dir dist . \
 && python -m pip --python /opt/gateway/bin/python install --quiet --no-cache-dir --no-deps dist/*.whl \
 && python -m pip --python /opt/gateway/bin/python uninstall --quiet --yes hatchling editables trove-classifiers pathspec pluggy


FROM python:3.11.14-slim-bookworm

LABEL org.opencontainers.image.title="Integration gateway" \
      org.opencontainers.image.description="One YAML file in, proxied, traced and documented vendor endpoints out" \
      org.opencontainers.image.licenses="Apache-2.0"

# A number, so that an orchestrator can see that it is not root. Only the two places that it writes to are its own.
RUN groupadd --gid 10001 gateway \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/gateway --shell /usr/sbin/nologin gateway \
 && install --directory --owner 10001 --group 10001 --mode 0700 /var/lib/gateway
COPY --from=build /opt/gateway /opt/gateway

# Beyond loopback it serves nobody without a key: GATEWAY_API_KEYS says so, and holds none. `server.callers` and
# `server.storage` of the file have to refer to the variables, as those of the shipped file do.
# hadolint ignore=DL3064
ENV PATH=/opt/gateway/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    GATEWAY_CONFIG=/etc/gateway/integrations.yaml \
    GATEWAY_HOST=0.0.0.0 \
    GATEWAY_API_KEYS=required \
    GATEWAY_ENV=production \
    GATEWAY_STORAGE=sqlite:////var/lib/gateway/gateway.db

USER 10001:10001
WORKDIR /var/lib/gateway
VOLUME ["/var/lib/gateway"]
EXPOSE 8000

# It is told to stop, says so at /readyz, and finishes what is in flight: up to 27 seconds (--grace and --drain).
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["gateway", "smoke", "--quick"]
ENTRYPOINT ["gateway"]
CMD ["serve"]
