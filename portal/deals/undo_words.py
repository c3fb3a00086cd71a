"""What undoing an import does, in words: for its page and its command."""

from __future__ import annotations

from portal.deals.undoing import UndoPlan
from portal.tabular.report import counted

# What people call the rows of a table, one and many.
THINGS = {
    "accounts": ("account", "accounts"),
    "account_domains": ("mail domain", "mail domains"),
    "users": ("placeholder person", "placeholder people"),
    "teams": ("team", "teams"),
    "assets": ("placeholder for content", "placeholders for content"),
    "import_layouts": ("remembered layout of columns", "remembered layouts of columns"),
}


def things(table: str, count: int) -> str:
    """Return a number of rows of a table in words."""
    one, many = THINGS.get(table, (table.replace("_", " ").removesuffix("s"), table.replace("_", " ")))
    return f"{count:,} {one if count == 1 else many}"


def put_back(plan: UndoPlan) -> list[str]:
    """Return what is put back and taken away, a line each."""
    lines = []
    if plan.restored:
        lines.append(f"{counted(plan.restored, 'deal')} get back what they were before.")
    if plan.leaving:
        lines.append(
            f"{counted(plan.leaving, 'deal')} that came new with it, and their stages, are taken away."
        )
    if plan.uses:
        lines.append(
            f"{counted(plan.uses, 'use')} that came with it are taken away, and the figures with them."
        )
    lines += [
        f"{things(table, count)} that came with it {'is' if count == 1 else 'are'} taken away."
        for table, count in plan.other_leaving.items()
        if count
    ]
    return lines or ["Nothing: this import changed nothing that is still there."]


def left_alone(plan: UndoPlan) -> list[str]:
    """Return what stays although the import made it, since people have built on it, a line each."""
    lines = []
    if plan.staying:
        stay = "deal that came new with it stays" if plan.staying == 1 else "deals that came new with it stay"
        lines.append(
            f"{plan.staying:,} {stay}, marked as no longer in the CRM: people have used content on it, linked it, "
            "asked for it or discussed it."
        )
    if plan.uses_staying:
        stay = "use stays" if plan.uses_staying == 1 else "uses stay"
        lines.append(
            f"{plan.uses_staying:,} {stay}: people have moved it to another deal, or answered for it."
        )
    if plan.layouts_staying:
        stay = "stays as it is now" if plan.layouts_staying == 1 else "stay as they are now"
        changed = "changed it" if plan.layouts_staying == 1 else "changed them"
        lines.append(f"{things('import_layouts', plan.layouts_staying)} {stay}: a later import {changed}.")
    lines += [
        f"{things(table, count)} {'stays' if count == 1 else 'stay'}: something else needs "
        f"{'it' if count == 1 else 'them'} now."
        for table, count in plan.other_staying.items()
    ]
    return lines


def plan_lines(plan: UndoPlan) -> list[str]:
    """Return a plan as lines of text."""
    obstacles = [
        f"In the way: import {later.id} of {later.filename}, which changed the same rows later."
        for later in plan.obstacles
    ]
    reason = [plan.reason] if plan.reason else []
    return [*reason, *obstacles, *put_back(plan), *left_alone(plan)]
