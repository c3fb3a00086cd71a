"""What somebody may say on the page of columns, checked against what the file holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.deals.layouts.words import FIELDS
from portal.deals.reading.amounts import CHOICES as DECIMALS

ORDERS = ("dmy", "mdy")


@dataclass(frozen=True)
class Line:
    """One field on the page: its column and format as chosen, and what is asked or wrong about them."""

    label: str
    control: str
    column: str
    how: str
    ask: str
    kind: str
    format: str
    format_ask: str
    format_note: str
    required: bool
    error: str
    format_error: str
    samples: tuple[str, ...]
    written: str


@dataclass
class ColumnsForm:
    """The columns and formats chosen for the files of one import, with what is wrong about them by control."""

    surveys: Sequence[Mapping[str, Any]]
    typed: Mapping[str, str] | None = None
    errors: dict[str, str] = field(default_factory=dict)

    def column(self, part: str, name: str) -> str:
        """Return the column chosen for a field, "" for none."""
        if self.typed is not None:
            return self.typed.get(control(part, name), "")
        return self._survey(part)["fields"][name]["column"] or ""

    def format(self, part: str, name: str) -> str:
        """Return the format chosen for a field, "" for what the file shows."""
        if self.typed is not None:
            return self.typed.get(control(part, name, "format"), "")
        return self._survey(part)["fields"][name]["format"]

    def questions(self) -> int:
        """Return how many columns somebody should look at."""
        return sum(len(one["asks"].keys() | one["format_asks"].keys()) for one in self.surveys)

    def lines(self, survey: Mapping[str, Any]) -> dict[str, list[Line]]:
        """Return the fields of one file: those asked about, those found, and those that it does not have."""
        groups: dict[str, list[Line]] = {"asked": [], "found": [], "left": []}
        columns = {one["header"]: one for one in survey["columns"]}
        for name, known in survey["fields"].items():
            line = self._line(survey, name, known, columns)
            unsure = line.ask or line.format_ask or line.error or line.format_error
            groups["asked" if unsure else "found" if line.column else "left"].append(line)
        return groups

    def unused(self, survey: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Return the columns of a file that no field has."""
        used = {self.column(survey["part"], name) for name in survey["fields"]}
        return [column for column in survey["columns"] if column["header"] not in used]

    def _line(
        self, survey: Mapping[str, Any], name: str, known: Mapping[str, Any], columns: Mapping[str, Any]
    ) -> Line:
        part = survey["part"]
        column = self.column(part, name)
        held = columns.get(column, {})
        return Line(
            label=known["label"],
            control=control(part, name),
            column=column,
            how=known["how"] if column == known["column"] else "",
            ask=survey["asks"].get(name, ""),
            kind=known["kind"],
            format=self.format(part, name),
            format_ask=survey["format_asks"].get(name, ""),
            format_note=known["note"] if column == known["column"] else "",
            required=known["required"],
            error=self.errors.get(control(part, name), ""),
            format_error=self.errors.get(control(part, name, "format"), ""),
            samples=tuple(held.get("samples", ())),
            written=held.get("format", ""),
        )

    def layout(self, kind: str) -> dict[str, Any]:
        """Return the layout chosen; `errors` says what is wrong with it."""
        parts = {one["part"]: self._layout(one) for one in self.surveys}
        return {**parts.pop(kind), **parts}

    def _survey(self, part: str) -> Mapping[str, Any]:
        return next(one for one in self.surveys if one["part"] == part)

    def _layout(self, survey: Mapping[str, Any]) -> dict[str, Any]:
        part, columns = survey["part"], {one["header"]: one for one in survey["columns"]}
        chosen: dict[str, str | None] = {}
        formats: dict[str, dict[str, str]] = {}
        for name, known in survey["fields"].items():
            header = self.column(part, name)
            if header and header not in columns:
                self._refuse(part, name, "The file has no such column.")
            elif header and header in chosen.values():
                self._refuse(part, name, f"“{header}” is chosen for something else already.")
            elif header:
                chosen[name] = header
                self._format(survey, name, columns[header], formats)
            elif known["column"]:
                # Found or guessed, and somebody says that it is not so.
                chosen[name] = None
        self._check_wanted(part, chosen)
        return {"columns": chosen, **formats, **({"sheet": survey["sheet"]} if survey["sheet"] else {})}

    def _format(
        self,
        survey: Mapping[str, Any],
        name: str,
        column: Mapping[str, Any],
        formats: dict[str, dict[str, str]],
    ) -> None:
        part, known = survey["part"], survey["fields"][name]
        if not known["kind"]:
            return
        said = self.format(part, name)
        layout, allowed = ("dates", ORDERS) if known["kind"] == "date" else ("decimal", DECIMALS)
        same = known["column"] == column["header"]
        unclear = name in survey["format_asks"] if same else column["unclear"] == known["kind"]
        if said and said not in allowed:
            self._refuse(part, name, "Please choose one of the formats.", "format")
        elif said:
            formats.setdefault(layout, {})[name] = said
        elif unclear:
            self._refuse(part, name, "Please choose how it is written.", "format")

    def _check_wanted(self, part: str, chosen: Mapping[str, str | None]) -> None:
        fields = FIELDS[part]
        for name in fields.wanted:
            instead = chosen.get(fields.instead.get(name, ""))
            if not chosen.get(name) and not instead and control(part, name) not in self.errors:
                self._refuse(part, name, f"Please choose the column of {fields.wanted[name].split(' (')[0]}.")

    def _refuse(self, part: str, name: str, reason: str, what: str = "") -> None:
        self.errors[control(part, name, what)] = reason


def control(part: str, name: str, what: str = "") -> str:
    """Return the name of the control for a field's column, or for its format."""
    return "-".join(filter(None, (part, name, what)))
