"""How the report of rehearsals looks, besides what all reports share."""

from __future__ import annotations

from gateway.campaigns.report_style import STYLE as SHARED

STYLE = (
    SHARED
    + """
:root{--ok:#1f7a4d;--no:#b42318;--open:#b54708}
@media (prefers-color-scheme:dark){:root{--ok:#4cc38a;--no:#f97066;--open:#fdb022}}
main{max-width:960px}
details{border-bottom:1px solid var(--rule);padding:8px 0}summary{cursor:pointer;font-weight:600;list-style:none}
summary::-webkit-details-marker{display:none}summary small{font-weight:400;color:var(--faint);margin-left:8px}
.passed summary b,.met{color:var(--ok)}.failed summary b,.unmet{color:var(--no)}
.not_judged summary b,.open{color:var(--open)}
summary b{display:inline-block;width:22px}
.turns td{text-align:left;vertical-align:top}.turns td:first-child{white-space:nowrap;color:var(--faint)}
.turns .act td{background:var(--tile)}td.met,td.unmet,td.open{width:22px;padding-right:0;border-bottom:0}
.found{color:var(--faint);font-size:13px;overflow-wrap:anywhere}
audio{width:100%;height:36px;margin:8px 0}.fault{color:var(--no)}
.caller{fill:var(--a)}.agent{fill:var(--b)}.keys{fill:var(--goal)}.told{fill:var(--b);opacity:.55}
@media print{details{break-inside:avoid}audio{display:none}}
""".replace("\n", "")
)
