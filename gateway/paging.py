"""How a vendor goes from page to page: the four ways there are, as they are written under `paging`."""

from typing import Annotated

import jmespath
import msgspec
from jmespath.exceptions import JMESPathError
from msgspec import Meta

Expression = Annotated[str, Meta(min_length=1)]
"""JMESPath into the vendor's answer."""

LONGEST = 1_000
"""Characters of an expression."""

VendorName = Annotated[str, Meta(min_length=1)]

Fraction = Annotated[
    VendorName | None,
    Meta(
        description="The vendor's query parameter that says how many items a page has. Where it is given or has a "
        "default, a page with fewer is the last one, and the vendor need not be asked once more.",
        examples=["limit", "per_page"],
    ),
]


def expression_fault(expression: str) -> str:
    """Why a text is no JMESPath that can be used; empty where it is one."""
    if len(expression) > LONGEST:
        return f"is longer than {LONGEST:,} characters"
    try:
        jmespath.compile(expression)
    except JMESPathError as wrong:
        reason = " ".join(str(wrong).split()).removeprefix("Invalid jmespath expression: ").rstrip(" ^")
        return f"is no JMESPath: {reason[:1].lower()}{reason[1:]}"
    except RecursionError:
        return "nests too deep for a JMESPath"
    return ""


class Common(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="style"):
    """What all styles have: where the items are, and how much `?all=true` gives at most."""

    items: Annotated[
        Expression,
        Meta(
            description="Where the items are in the vendor's answer, in JMESPath; `@` if the answer is their list.",
            examples=["items", "data.results"],
        ),
    ] = "@"
    max_pages: Annotated[
        int,
        Meta(
            ge=1,
            le=10_000,
            description="How many pages `?all=true` fetches at most. Where there are more, its `next` leads to them.",
            examples=[20],
        ),
    ] = 100
    max_items: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="How many items are enough for `?all=true`: the page that reaches this number is the last that "
            "it fetches. Where there are more, its `next` leads to them.",
            examples=[5000],
        ),
    ] = 10_000

    def __post_init__(self) -> None:
        for name in ("items", "next", "pages", "total"):
            expression = getattr(self, name, None)
            if expression and (wrong := expression_fault(expression)):
                raise ValueError(f"`{name}` {wrong}")


class CursorPaging(Common, frozen=True, kw_only=True, tag="cursor"):
    """Each answer holds a token, and the next page is had by sending it."""

    next: Annotated[
        Expression,
        Meta(
            description="Where the token is in the vendor's answer, in JMESPath. On the last page it is null, empty or "
            "not there.",
            examples=["nextPageToken", "[-1].createdAt"],
        ),
    ]
    parameter: Annotated[
        VendorName,
        Meta(description="The vendor's query parameter that takes the token.", examples=["pageToken", "cursor"]),
    ]
    size: Fraction = None


class LinkPaging(Common, frozen=True, kw_only=True, tag="link"):
    """Each answer holds the address of the next page."""

    next: Annotated[
        Expression | None,
        Meta(
            description="Where the address is in the vendor's answer, in JMESPath; on the last page it is null, empty "
            'or not there. Left out, it is that of the vendor\'s header `Link` with `rel="next"`.',
            examples=["next_page_uri", '"@odata.nextLink"'],
        ),
    ] = None


class NumberPaging(Common, frozen=True, kw_only=True, tag="page"):
    """Pages have numbers. The last one is empty, or the first that `size` or `pages` tells to be the last."""

    parameter: Annotated[
        VendorName, Meta(description="The vendor's query parameter that takes the number.", examples=["page"])
    ]
    first: Annotated[
        int, Meta(ge=0, le=1, description="The number of the first page, which is what no number means.", examples=[0])
    ] = 1
    size: Fraction = None
    pages: Annotated[
        Expression | None,
        Meta(
            description="Where the vendor's answer tells how many pages there are, in JMESPath.",
            examples=["meta.total_pages"],
        ),
    ] = None


class OffsetPaging(Common, frozen=True, kw_only=True, tag="offset"):
    """A page begins after so many items. The last one is empty, or the first that `limit` or `total` tells to be it."""

    parameter: Annotated[
        VendorName,
        Meta(description="The vendor's query parameter that takes the number of items to skip.", examples=["offset"]),
    ]
    limit: Fraction = None
    total: Annotated[
        Expression | None,
        Meta(
            description="Where the vendor's answer tells how many items there are in all, in JMESPath.",
            examples=["meta.total"],
        ),
    ] = None


Paging = CursorPaging | LinkPaging | NumberPaging | OffsetPaging
