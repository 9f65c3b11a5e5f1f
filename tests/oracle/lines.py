"""Lines of landed files, read by the documented rules: what each says, or why it says nothing.

A physical line is one record. Each file is read by its own header.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from hashlib import md5
from pathlib import Path
from typing import Any, TypeVar

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_WHOLE = re.compile(r"[+-]?\d+")
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?")
_SMALLEST = Decimal("0.0001")
_EVENT_TYPES = ("view", "wishlist", "add_to_cart", "remove_from_cart", "purchase", "return", "exit")
_REES46_TYPES = {"view": "view", "cart": "add_to_cart"} | {
    name: name for name in ("remove_from_cart", "purchase")
}
_STATUSES = ("pending", "completed", "cancelled", "returned")

Fields = dict[str, str | None]
Values = dict[str, Any]
T = TypeVar("T")


class Refused(Exception):
    """The line cannot become a fact; says why in one word."""


@dataclass(frozen=True)
class Line:
    """A line below a header: its text, and either its values or the reason it has none."""

    text: str
    values: Values | None
    reason: str | None


def read_lines(path: Path, kind: str) -> Iterator[Line]:
    """Every line of a file but its header.

    Args:
        path: a CSV file.
        kind: `<source system>/<table>`, a key of `RULES`.
    """
    first, *others = path.read_bytes().split(b"\n")
    if others and not others[-1]:
        others.pop()
    first = first.removeprefix(b"\xef\xbb\xbf")
    names = _split(first.decode().removesuffix("\r"))
    rule = RULES[kind]
    occurrences: dict[str, int] = {}
    for raw in others:
        text = raw.decode(errors="replace")
        try:
            if raw == first:
                raise Refused("repeated_header")
            values = rule(_fields(raw, names))
            # What has no id of its own is known by its text, and by how often that was there.
            digest = md5(raw.rstrip(b"\r")).hexdigest()
            occurrences[digest] = occurrences.get(digest, 0) + 1
            yield Line(text, values | {"digest": digest, "copy": occurrences[digest]}, None)
        except Refused as refused:
            yield Line(text, None, str(refused))


def _fields(raw: bytes, names: list[str]) -> Fields:
    """The fields of a line by name, empty ones as none."""
    line = raw.rstrip(b"\r")
    if not line:
        raise Refused("blank_line")
    try:
        text = line.decode()
    except UnicodeDecodeError:
        raise Refused("invalid_utf8") from None
    if "\0" in text:
        raise Refused("nul_byte")
    values = _split(text)
    if len(values) != len(names):
        raise Refused("missing_field" if len(values) < len(names) else "extra_field")
    return {name: value.strip(" ") or None for name, value in zip(names, values, strict=True)}


def _split(text: str) -> list[str]:
    """The fields of a line; quotes surround a whole field, and are doubled within."""
    if '"' not in text:
        return text.split(",")
    values, rest = [], text
    while True:
        if rest.startswith('"'):
            value, rest = _quoted(rest)
        else:
            value, comma, after = rest.partition(",")
            rest = comma + after
            if '"' in value:
                raise Refused("unbalanced_quote")
        values.append(value)
        if not rest:
            return values
        if rest[0] != ",":
            raise Refused("unbalanced_quote")
        rest = rest[1:]


def _quoted(text: str) -> tuple[str, str]:
    """The value of the quoted field with which a text begins, and what follows it."""
    place, value = 1, ""
    while True:
        end = text.find('"', place)
        if end < 0:
            raise Refused("unbalanced_quote")
        value += text[place:end]
        if text[end + 1 : end + 2] != '"':
            return value, text[end + 1 :]
        value += '"'
        place = end + 2


def _require(reason: str, *conditions: bool) -> None:
    if not all(conditions):
        raise Refused(reason)


def _given(reason: str, value: T | None) -> T:
    if value is None:
        raise Refused(reason)
    return value


def _moment(text: str | None) -> datetime | None:
    """A time in UTC that says so, of 1970 to 2099; without its zone, as DuckDB keeps it."""
    if text is None or not _MOMENT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
    except ValueError:
        return None
    return moment if 1970 <= moment.year <= 2099 else None


def _date(text: str | None) -> date | None:
    if text is None or not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _whole(text: str | None) -> int | None:
    if text is None or not _WHOLE.fullmatch(text) or abs(int(text)) >= 2**31:
        return None
    return int(text)


def _price(text: str | None) -> Decimal | None:
    if text is None or not _NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text).quantize(_SMALLEST, ROUND_HALF_UP)
    except InvalidOperation:
        return None


def _read(reason: str, read: Callable[[str | None], Any], text: str | None) -> Any:
    """What a text says, nothing where it is empty; refused where it cannot be read."""
    value = read(text)
    if value is None and text is not None:
        raise Refused(reason)
    return value


def _flag(text: str | None) -> bool | None:
    return {"true": True, "false": False}.get(text or "")


def _sane(quantity: int | None, price: Decimal | None) -> bool:
    """Less than a billion pieces, and less than a hundred billion of money."""
    pieces = 1 if quantity is None else quantity
    return abs(pieces) < 10**9 and max(abs(pieces), 1) * abs(price or Decimal(0)) < 10**11


def _number_of(fields: Fields, name: str, read: Callable[[str | None], Any]) -> Any:
    value = _read("bad_number", read, fields[name])
    _require("bad_number", value is None or value >= 0)
    return value


def _shop_event(fields: Fields) -> Values:
    _require("empty_key", bool(fields["event_id"] and fields["visitor_id"]))
    event_at, kind = _moment(fields["event_time"]), fields["event_type"]
    _require("bad_time", event_at is not None)
    _require("unknown_event_type", kind in _EVENT_TYPES)
    _require("empty_key", bool(fields["product_id"]) or kind in ("view", "exit"))
    trade = kind in ("purchase", "return")
    _require("empty_key", bool(fields["order_id"]) or not trade)
    quantity = _number_of(fields, "quantity", _whole)
    price = _number_of(fields, "price", _price)
    _require("bad_number", not trade or (bool(quantity) and price is not None))
    _require("bad_number", _sane(quantity, price))
    kept = ("visitor_id", "user_id", "product_id", "order_id", "page_url", "traffic_source")
    return {name: fields[name] for name in (*kept, "device_type", "ip_address", "user_agent")} | {
        "event_id": fields["event_id"],
        "event_at": event_at,
        "event_type": kind,
        "source_session_id": fields["session_id"],
        "quantity": quantity,
        "unit_price": price,
    }


def _rees46_event(fields: Fields) -> Values:
    _require("empty_key", bool(fields["product_id"] and fields["user_id"]))
    # Times end in their zone: 2019-10-01 00:00:00 UTC.
    told = re.fullmatch(r"(\S{10}) (\S{8}) UTC", fields["event_time"] or "")
    event_at = _moment(f"{told[1]}T{told[2]}Z") if told else None
    _require("bad_time", event_at is not None)
    event_type = _given("unknown_event_type", _REES46_TYPES.get(fields["event_type"] or ""))
    price = _price(fields["price"])
    _require("bad_number", price is not None, _sane(1, price))
    return {
        "visitor_id": fields["user_id"],
        "user_id": fields["user_id"],
        "product_id": fields["product_id"],
        "event_at": event_at,
        "event_type": event_type,
        "source_session_id": fields["user_session"],
        "quantity": 1,
        "unit_price": price,
    }


def _shop_order_line(fields: Fields) -> Values:
    keys = ("order_id", "order_line", "product_id")
    _require("empty_key", *(bool(fields[name]) for name in keys))
    ordered_at, updated_at = _moment(fields["ordered_at"]), _moment(fields["updated_at"])
    _require("bad_time", ordered_at is not None, updated_at is not None)
    _require("unknown_status", fields["status"] in _STATUSES)
    quantity = _given("bad_number", _whole(fields["quantity"]))
    price = _given("bad_number", _price(fields["unit_price"]))
    _require("bad_number", quantity > 0, price >= 0)
    discount = _number_of(fields, "discount_amount", _price)
    _require("bad_number", _sane(quantity, price), _sane(1, discount))
    _require("bad_number", re.fullmatch("[0-9]+", fields["order_line"] or "") is not None)
    return {
        "order_line_id": f"{fields['order_id']}-{fields['order_line']}",
        "order_id": fields["order_id"],
        "ordered_at": ordered_at,
        "updated_at": updated_at,
        "status": fields["status"],
        "is_return": fields["status"] == "returned",
        "user_id": fields["user_id"],
        "product_id": fields["product_id"],
        "quantity": quantity,
        "unit_price": price,
        "discount_amount": discount or Decimal(0),
        "payment_method": fields["payment_method"],
    }


def _online_retail_order_line(fields: Fields) -> Values:
    order_id = _given("empty_key", fields["InvoiceNo"])
    _require("empty_key", bool(fields["StockCode"]))
    # The wholesaler's clock shows no zone: it counts as UTC.
    told = re.fullmatch(r"(\S{10}) (\S{8})", fields["InvoiceDate"] or "")
    ordered_at = _moment(f"{told[1]}T{told[2]}Z") if told else None
    _require("bad_time", ordered_at is not None)
    quantity, price = _whole(fields["Quantity"]), _price(fields["UnitPrice"])
    _require("bad_number", quantity is not None, price is not None)
    _require("bad_number", _sane(quantity, price))
    customer = fields["CustomerID"]
    return {
        "order_id": order_id,
        "ordered_at": ordered_at,
        "updated_at": ordered_at,
        "status": "completed",
        "is_return": order_id.startswith("C"),
        "user_id": customer.removesuffix(".0") if customer else None,
        "product_id": fields["StockCode"],
        "quantity": quantity,
        "unit_price": price,
        "discount_amount": Decimal(0),
        "country": fields["Country"],
    }


def _shop_user(fields: Fields) -> Values:
    _require("empty_key", bool(fields["user_id"]))
    updated_at = _moment(fields["updated_at"])
    _require("bad_time", updated_at is not None)
    kept = ("user_id", "name", "email", "gender", "country", "region", "city", "loyalty_tier")
    return {name: fields[name] for name in kept} | {
        "updated_at": updated_at,
        "signed_up_at": _read("bad_time", _moment, fields["signed_up_at"]),
        "birth_date": _read("bad_time", _date, fields["birth_date"]),
        "is_deleted": _read("bad_flag", _flag, fields["is_deleted"]) or False,
    }


def _shop_product(fields: Fields) -> Values:
    _require("empty_key", bool(fields["product_id"]))
    updated_at = _moment(fields["updated_at"])
    _require("bad_time", updated_at is not None)
    price = _number_of(fields, "price", _price)
    _require("bad_number", price is not None)
    return {name: fields[name] for name in ("product_id", "brand", "category", "subcategory")} | {
        "product_name": fields["name"],
        "updated_at": updated_at,
        "list_price": price,
        "cost_price": _number_of(fields, "cost", _price),
        "is_deleted": _read("bad_flag", _flag, fields["is_deleted"]) or False,
    }


RULES: dict[str, Callable[[Fields], Values]] = {
    "shop/events": _shop_event,
    "shop/orders": _shop_order_line,
    "shop/users": _shop_user,
    "shop/products": _shop_product,
    "rees46/events": _rees46_event,
    "online_retail/order_lines": _online_retail_order_line,
}
