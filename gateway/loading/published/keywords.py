"""The keywords of JSON Schema itself, for the keys under which one is written: `body`, `response`, `query` and so on.

Others are allowed there too: a vendor's own, and rare ones.
"""

from typing import Any

STANDING = {"Parameter": "Parameter", "JSON Schema": "JsonSchema"}
"""Definitions that stand for a type with this title."""

_SHAPE = {"$ref": "#/$defs/JsonSchema"}
_COUNT = {"type": "integer", "minimum": 0}
_SHAPES = {"type": "array", "items": _SHAPE, "minItems": 1}
_OR_FALSE = {"if": {"type": "boolean"}, "else": _SHAPE}
_TYPES = ["string", "integer", "number", "boolean", "array", "object", "null"]
_FORMATS = ["date-time", "date", "time", "duration", "email", "uri", "uuid", "hostname", "ipv4", "ipv6", "regex"]


def _keyword(says: str, *examples: Any, **rules: Any) -> dict[str, Any]:
    return {"description": says, "examples": list(examples), **rules}


_NAMED = {
    "type": "object",
    "additionalProperties": _keyword("The schema of what has this name.", {"type": "string"}, **_SHAPE),
}


def _words(*words: str) -> dict[str, Any]:
    return {"enum": list(words), "defaultSnippets": [{"label": word, "body": word} for word in words]}


_TEXTS = {
    "type": _keyword(
        "What kind of value it is, or a list of several kinds.",
        "string",
        ["string", "null"],
        **{"if": {"type": "array"}, "then": {"items": {"enum": _TYPES}}, "else": {"enum": _TYPES}},
        defaultSnippets=[{"label": kind, "body": kind} for kind in _TYPES],
    ),
    "format": _keyword("The form of a text; it is checked.", *_FORMATS, type="string"),
    "pattern": _keyword("A regular expression that the text has to match somewhere.", "^[a-z]+$", type="string"),
    "minLength": _keyword("The fewest characters.", 1, **_COUNT),
    "maxLength": _keyword("The most characters.", 100, **_COUNT),
    "contentEncoding": _keyword("How bytes are written as text.", "base64", type="string"),
    "contentMediaType": _keyword("What the text or its bytes are.", "image/png", type="string"),
}
_VALUES = {
    "$ref": _keyword(
        "A schema that stands elsewhere: a file relative to this one, and behind `#` the place in it.",
        "schemas/crm/contact.json",
        "schemas/crm.json#/$defs/Contact",
        type="string",
    ),
    "enum": _keyword("The only values there are.", ["draft", "sent"], type="array", minItems=1),
    "const": _keyword("The only value there is.", "contact"),
    "default": _keyword("What holds where nothing is said; a parameter's is sent to the vendor.", 20),
    "title": _keyword("Its name, for people.", "Contact", type="string"),
    "description": _keyword("What it means, for the document.", "Newest first", type="string"),
    "examples": _keyword("Values as they may be, for the document and stubs.", ["Ada"], type="array"),
    "minimum": _keyword("The smallest number.", 1, type="number"),
    "maximum": _keyword("The largest number.", 100, type="number"),
    "exclusiveMinimum": _keyword("What the number has to be larger than.", 0, type="number"),
    "exclusiveMaximum": _keyword("What the number has to be smaller than.", 1, type="number"),
    "multipleOf": _keyword("What the number is a multiple of.", 0.01, type="number", exclusiveMinimum=0),
    "readOnly": _keyword("Whether only answers hold it.", True, type="boolean"),
    "writeOnly": _keyword("Whether only requests hold it.", True, type="boolean"),
    "deprecated": _keyword("Whether it should be left alone.", True, type="boolean"),
    "$comment": _keyword("A note to whoever reads the schema.", "as of API version 3", type="string"),
}
_LISTS = {
    "items": _keyword("The schema of each item.", {"type": "string"}, **_OR_FALSE),
    "prefixItems": _keyword("The schemas of the first items, one by one.", [{"type": "string"}], **_SHAPES),
    "minItems": _keyword("The fewest items.", 1, **_COUNT),
    "maxItems": _keyword("The most items.", 100, **_COUNT),
    "uniqueItems": _keyword("Whether no item comes twice.", True, type="boolean"),
    "contains": _keyword("What at least one item has to fit.", {"const": "admin"}, **_SHAPE),
}
_MAPS = {
    "properties": _keyword("The schemas of the keys, by name.", {"name": {"type": "string"}}, **_NAMED),
    "additionalProperties": _keyword("Whether other keys are allowed, or what they hold.", False, **_OR_FALSE),
    "patternProperties": _keyword("The schemas of keys that match a pattern.", {"^x-": {"type": "string"}}, **_NAMED),
    "propertyNames": _keyword("What the names of the keys have to fit.", {"pattern": "^[a-z]+$"}, **_SHAPE),
    "minProperties": _keyword("The fewest keys.", 1, **_COUNT),
    "maxProperties": _keyword("The most keys.", 20, **_COUNT),
    "dependentRequired": _keyword("Keys that others need beside them.", {"street": ["city"]}, type="object"),
}
_COMBINED = {
    "allOf": _keyword("All of these fit.", [{"$ref": "schemas/crm/person.json"}], **_SHAPES),
    "anyOf": _keyword("At least one of these fits.", [{"type": "string"}, {"type": "integer"}], **_SHAPES),
    "oneOf": _keyword("Exactly one of these fits.", [{"type": "string"}, {"type": "integer"}], **_SHAPES),
    "not": _keyword("What must not fit.", {"const": ""}, **_SHAPE),
    "if": _keyword("Where this fits, `then` has to fit, else `else`.", {"required": ["email"]}, **_SHAPE),
    "then": _keyword("What has to fit where `if` does.", {"required": ["name"]}, **_SHAPE),
    "else": _keyword("What has to fit where `if` does not.", {"required": ["phone"]}, **_SHAPE),
    "$defs": _keyword("Schemas that others refer to with `#/$defs/…`.", {"Name": {"type": "string"}}, **_NAMED),
}
_KEYWORDS = {**_TEXTS, **_VALUES, **_LISTS, **_MAPS, **_COMBINED}
_NEEDED = _keyword("The keys that have to be there.", ["name"], type="array", items={"type": "string"})
_OF_PARAMETERS = {
    "required": _keyword(
        "Whether callers have to send it. Those of the path always have to.", True, type="boolean", default=False
    ),
    "as": _keyword("The vendor's name of it; the same if left out.", "createdAtGt", type="string", minLength=1),
    "style": _keyword(
        "How a list or map is written: `repeat` (a=1&a=2), `comma` (a=1,2), `space`, `pipe`, or `deep` (a[x]=1) for a "
        "map. Other than `repeat` and `comma` in a query only.",
        "comma",
        default="repeat",
        **_words("repeat", "comma", "space", "pipe", "deep"),
    ),
}

SHAPE: dict[str, Any] = {
    "description": "A JSON Schema (2020-12).",
    "type": "object",
    "properties": {**_KEYWORDS, "required": _NEEDED},
}
PARAMETER: dict[str, Any] = {
    "description": "The JSON Schema of a parameter, with the gateway's own keys beside it.",
    "type": "object",
    "properties": {**_OF_PARAMETERS, **_KEYWORDS},
}
