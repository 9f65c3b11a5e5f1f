"""The plan of a shop: everything that can be asked of the simulator, validated."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo

from generator.errors import InputError

PRESETS_FOLDER = Path(__file__).parent / "presets"
DAY_MS = 86_400_000
HOUR_MS = 3_600_000
CATEGORIES = ("Electronics", "Clothing", "Home", "Sports", "Beauty", "Toys", "Books", "Garden")

# What the keys in the logs have room for.
MOST_PEOPLE = 16_000_000
MOST_EVENTS_OF_A_PERSON = 500

Rate = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0)]
PerYear = Annotated[float, Field(ge=0, le=24)]
Days = Annotated[int, Field(ge=1, le=3660)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class People(_Part):
    """Who the shop's visitors are."""

    signed_up_before: Rate = Field(0.7, description="share of users signed up before the start")
    anonymous_per_user: float = Field(
        0.5, ge=0, le=10, description="people who never sign up, per registered user"
    )
    several_devices: Rate = Field(0.35, description="share of people with a second device")
    changes: PerYear = Field(1.5, description="moves, tier and email changes per user and year")
    deletions: Rate = Field(0.02, description="share of users who delete their account in a year")
    active_days: Days = Field(60, description="mean days from sign-up or return to lapsing")
    lapsed_days: Days = Field(45, description="mean days lapsed users stay away")
    reactivation: Rate = Field(0.5, description="share of lapsed users who come back; else churned")
    without_session_id: Rate = Field(
        0.05, description="share of devices that block cookies: no session id, new visitor id each"
    )
    logged_in: Rate = Field(0.35, description="share of users' visits logged in from the start")
    logs_in_midway: Rate = Field(0.15, description="share of users' visits logging in midway")


class Catalogue(_Part):
    """What the shop sells."""

    launched_before: Rate = Field(0.9, description="share of products launched before the start")
    price_changes: PerYear = Field(4, description="price changes per product and year")
    discontinued: Rate = Field(0.1, description="share of products discontinued in a year")
    zipf_exponent: float = Field(
        0.9, ge=0, le=3, description="popularity of the product of rank r is r to the minus this"
    )
    drift_days: Days = Field(14, description="days after which products' popularity is redrawn")


class Source(_Part):
    """A way to the shop."""

    share: Weight = Field(description="weight among the visits' sources")
    conversion: float = Field(1, ge=0, le=10, description="factor on the purchase rate")


class Device(_Part):
    """A kind of device."""

    share: Weight = Field(description="weight among the people's devices")
    conversion: float = Field(1, ge=0, le=10, description="factor on the purchase rate")


class Campaign(_Part):
    """A time of more visits and lower prices."""

    name: str = Field(min_length=1, description="its name")
    first_date: date = Field(description="its first date")
    days: Days = Field(description="how many days it lasts")
    traffic: float = Field(1.5, ge=0, le=10, description="factor on visits")
    source: str = Field("advert", description="the traffic source of the added visits")
    category: str = Field(CATEGORIES[0], description="the category with a discount")
    discount: Rate = Field(0.15, description="discount on the category's prices")


class Visits(_Part):
    """When and how people come."""

    hour_weights: list[Weight] = Field(
        [3, 2, 1, 1, 1, 2, 4, 6, 8, 10, 11, 12, 13, 12, 11, 11, 12, 13, 15, 18, 20, 18, 12, 6],
        min_length=24,
        max_length=24,
        description="weights of the 24 hours of the day, UTC",
    )
    weekday_weights: list[Weight] = Field(
        [1.0, 0.97, 0.96, 0.98, 1.0, 0.85, 0.9],
        min_length=7,
        max_length=7,
        description="factors on the visits of Monday to Sunday",
    )
    month_weights: list[Weight] = Field(
        [0.9, 0.88, 0.95, 0.97, 1.0, 0.95, 0.9, 0.88, 1.0, 1.05, 1.35, 1.4],
        min_length=12,
        max_length=12,
        description="factors on the visits of January to December",
    )
    products_viewed: float = Field(4, ge=1, le=20, description="mean products looked at in a visit")
    gap_median_seconds: float = Field(
        22, ge=1, le=300, description="median of the log-normal time between two events"
    )
    gap_sigma: float = Field(1.2, ge=0, le=3, description="sigma of the log of that time")
    bot_share: Rate = Field(0.03, description="share of event lines made by bots")
    sources: dict[str, Source] = Field(
        {
            "direct": Source(share=0.30, conversion=1.2),
            "search": Source(share=0.32, conversion=1.0),
            "email": Source(share=0.10, conversion=1.5),
            "social": Source(share=0.14, conversion=0.6),
            "advert": Source(share=0.10, conversion=0.8),
            "affiliate": Source(share=0.04, conversion=0.9),
        },
        min_length=1,
        max_length=16,
        description="the ways to the shop",
    )
    devices: dict[str, Device] = Field(
        {
            "mobile": Device(share=0.58, conversion=0.8),
            "desktop": Device(share=0.35, conversion=1.4),
            "tablet": Device(share=0.07, conversion=1.0),
        },
        description="kinds of devices; a subset of mobile, desktop, tablet",
    )
    campaigns: list[Campaign] = Field([], description="times of more visits and lower prices")


class Intent(_Part):
    """What people do."""

    wishlist: Rate = Field(0.06, description="share of views followed by wishlisting the product")
    cart: Rate = Field(0.12, description="share of views after which it is added to the cart")
    remove: Rate = Field(0.12, description="share of cart additions taken back")
    buy: Rate = Field(0.16, description="share of users' visits that buy what is in the cart")
    exit: Rate = Field(0.6, description="share of visits that end with an exit event")
    cancelled: Rate = Field(0.05, description="share of orders that are cancelled")
    returned: Rate = Field(0.08, description="share of completed order lines that are returned")
    coupon: Rate = Field(0.12, description="share of orders with a coupon of 5 to 20 percent")


class Dirt(_Part):
    """What goes wrong with lines on their way."""

    duplicate: Rate = Field(0.002, description="share of lines written twice")
    resent: Rate = Field(0.001, description="share of visits sent again, in part, on a later day")
    late: Rate = Field(0.005, description="share of visits and updates landing 1 to 10 days late")
    malformed: Rate = Field(0.002, description="share of lines damaged beyond reading")
    skewed: Rate = Field(0.002, description="share of visits from a device with a wrong clock")
    orphan_users: Rate = Field(0.001, description="share of users missing in the users' extracts")
    orphan_products: Rate = Field(0.002, description="share of products missing in the extracts")
    oddities: Rate = Field(0.01, description="share of lines that end in CRLF, which is harmless")
    byte_order_marks: bool = Field(True, description="whether every second day's files begin so")
    new_column_from: date | None = Field(None, description="date from which events have one more")
    new_order_from: date | None = Field(None, description="date from which columns change places")


class Plan(_Part):
    """A shop to simulate. The same plan gives the same bytes, always and everywhere."""

    seed: int = Field(1, ge=0, lt=2**63, description="another seed gives another shop")
    start_date: date = Field(
        date(2024, 3, 1),
        ge=date(1980, 1, 1),
        le=date(2089, 1, 1),
        description="the first date, UTC",
    )
    days: Annotated[int, Field(ge=1, le=3660, description="how many days to simulate")] = 7
    users: int = Field(10_000, ge=1, le=8_000_000, description="registered users at the end")
    products: int = Field(1_000, ge=8, le=200_000, description="products at the end")
    events_per_day: int = Field(
        30_000, ge=100, le=1_000_000_000, description="event lines of a day of average traffic"
    )
    people: People = Field(People(), description="who the visitors are")
    catalogue: Catalogue = Field(Catalogue(), description="what is sold")
    visits: Visits = Field(Visits(), description="when and how people come")
    intent: Intent = Field(Intent(), description="what people do")
    dirt: Dirt = Field(Dirt(), description="what goes wrong with lines")

    def __hash__(self) -> int:
        """Enough to find what was computed for this plan before; lists have no hash."""
        return hash((self.seed, self.start_date, self.days, self.users, self.events_per_day))

    @model_validator(mode="after")
    def _fits_together(self) -> "Plan":
        """Refuse what each key alone allows."""
        visits = self.visits
        for name in ("hour_weights", "weekday_weights", "month_weights"):
            if not sum(getattr(visits, name)):
                raise ValueError(f"visits.{name} needs a weight above 0")
        for name, options in (("sources", visits.sources), ("devices", visits.devices)):
            if not sum(option.share for option in options.values()):
                raise ValueError(f"visits.{name} needs a share above 0")
        unknown = set(visits.devices) - {"mobile", "desktop", "tablet"}
        if unknown:
            raise ValueError(f"visits.devices knows mobile, desktop, tablet, not {min(unknown)}")
        for campaign in visits.campaigns:
            if campaign.source not in visits.sources:
                raise ValueError(f"campaign {campaign.name}: no source {campaign.source}")
            if campaign.category not in CATEGORIES:
                raise ValueError(
                    f"campaign {campaign.name}: category {campaign.category} is not one of "
                    + ", ".join(CATEGORIES)
                )
        people = self.users * (1 + self.people.anonymous_per_user)
        if people > MOST_PEOPLE:
            raise ValueError(
                f"users and people.anonymous_per_user make {people:,.0f} people, "
                f"over {MOST_PEOPLE:,}"
            )
        if self.events_per_day > people * MOST_EVENTS_OF_A_PERSON:
            raise ValueError(
                f"events_per_day is {self.events_per_day:,}, over {MOST_EVENTS_OF_A_PERSON} "
                f"for each of {people:,.0f} people"
            )
        if self.people.logged_in + self.people.logs_in_midway > 1:
            raise ValueError("people.logged_in and logs_in_midway together exceed 1")
        return self

    @property
    def start_ms(self) -> int:
        """The first instant, in milliseconds since 1970."""
        start = datetime(self.start_date.year, self.start_date.month, self.start_date.day)
        return int(start.replace(tzinfo=UTC).timestamp()) * 1000

    @property
    def start_day(self) -> int:
        """The first date in days since 1970."""
        return self.start_ms // DAY_MS

    def date_of(self, day: int) -> date:
        """The date of a day counted from 0."""
        return self.start_date + timedelta(days=day)

    def moved_to(self, start_date: date) -> "Plan":
        """The same shop with another first date; all other dates of the plan move along."""
        by = start_date - self.start_date
        campaigns = [
            each.model_copy(update={"first_date": each.first_date + by})
            for each in self.visits.campaigns
        ]
        drifts = {
            name: getattr(self.dirt, name) + by
            for name in ("new_column_from", "new_order_from")
            if getattr(self.dirt, name)
        }
        return self.model_copy(
            update={
                "start_date": start_date,
                "visits": self.visits.model_copy(update={"campaigns": campaigns}),
                "dirt": self.dirt.model_copy(update=drifts),
            }
        )

    def day_of(self, on: date | None) -> int | None:
        """A date as a day counted from 0."""
        return (on - self.start_date).days if on else None


def preset_names() -> list[str]:
    """The names of the presets."""
    return sorted(path.stem for path in PRESETS_FOLDER.glob("*.yml"))


def load_plan(name_or_path: str, **changes: Any) -> Plan:
    """The plan of a preset or of a YAML file, with some keys replaced.

    Raises:
        InputError: there is no such file, or the plan is bad: names key, value and allowed range.
    """
    preset = PRESETS_FOLDER / f"{name_or_path}.yml"
    path = preset if preset.exists() else Path(name_or_path)
    fix = f"name one of {', '.join(preset_names())}, or a YAML file"
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"There is no plan {name_or_path} ({error.strerror})", fix) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path} is not YAML: {reason}", "correct the file") from None
    if not isinstance(content, dict):
        raise InputError(f"{path} is not a plan: it holds no keys", fix)
    return plan_of(content | changes, str(name_or_path))


def plan_of(content: dict[str, Any], name: str) -> Plan:
    """A validated plan.

    Raises:
        InputError: names the first bad key, its value and the allowed range.
    """
    try:
        return Plan.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(step) for step in first["loc"])
        others = f" ({error.error_count() - 1} more)" if error.error_count() > 1 else ""
        if first["type"] == "extra_forbidden":
            what = f"unknown key {key}"
            fix = f"the keys here are {', '.join(_keys_beside(first['loc']))}"
        elif key:
            what = "missing" if first["type"] == "missing" else f"is {first['input']!r}"
            what = f"{key} {what}"
            fix = _allowed(first["loc"]) or _readable(first["msg"])
        else:
            what, fix = _readable(first["msg"]), "change one of them"
        raise InputError(f"Plan {name}: {what}{others}", fix) from None


def _readable(message: str) -> str:
    return message.removeprefix("Value error, ").replace("Input should", "it should")


def _keys_beside(location: tuple[int | str, ...]) -> list[str]:
    """The known keys at the place of an unknown one."""
    return sorted(getattr(_part_around(location), "model_fields", {}))


def _allowed(location: tuple[int | str, ...]) -> str | None:
    """The range of a value at a place of the plan."""
    field = getattr(_part_around(location), "model_fields", {}).get(location[-1])
    found = allowed_range(field) if field else None
    return f"choose a value from {found}" if found else None


def allowed_range(field: FieldInfo) -> str | None:
    """The range of a value with two bounds, such as `0 to 1`."""
    bounds = {
        name: getattr(bound, name)
        for bound in field.metadata
        for name in ("ge", "gt", "le", "lt")
        if hasattr(bound, name)
    }
    low, high = bounds.get("ge", bounds.get("gt")), bounds.get("le", bounds.get("lt"))
    if low is None or high is None:
        return None
    style = "," if isinstance(low, int | float) else ""
    return f"{low:{style}} {'to' if 'le' in bounds else 'to below'} {high:{style}}"


def _part_around(location: tuple[int | str, ...]) -> Any:
    """The class of the part of the plan that holds a key."""
    part: Any = Plan
    for step in location[:-1]:
        field = getattr(part, "model_fields", {}).get(step)
        if field is not None:
            part = field.annotation
            part = (getattr(part, "__args__", ()) or (part,))[-1]
    return part
