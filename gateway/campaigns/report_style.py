"""How a campaign's report looks: light, dark, on paper."""

from __future__ import annotations

STYLE = """
:root{color-scheme:light dark;--paper:#fff;--ink:#1c2330;--faint:#667085;--rule:#d9dee7;--a:#5b8def;--b:#1f9d6b;
--goal:#c2410c;--tile:#f5f7fa}
@media (prefers-color-scheme:dark){:root{--paper:#12161d;--ink:#e6e9ef;--faint:#98a2b3;--rule:#2b3340;--a:#6f9df3;
--b:#3cc08a;--goal:#fb923c;--tile:#1a202a}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:820px;margin:0 auto;padding:32px 24px}
h1{font-size:26px;margin:0}h2{font-size:17px;margin:36px 0 10px}header p{margin:4px 0 20px}
.faint,footer{color:var(--faint);font-size:13px}footer{margin-top:36px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:10px;margin:0}
.tiles div{background:var(--tile);border-radius:8px;padding:12px 14px}
dt{color:var(--faint);font-size:13px}dd{margin:0;font-size:24px;font-variant-numeric:tabular-nums}
dd small{display:block;font-size:12px;color:var(--faint)}.bad dd{color:var(--goal)}
svg{width:100%;height:auto;display:block;font-size:13px}svg text{fill:var(--ink)}svg .faint{fill:var(--faint)}
.a{fill:var(--a)}.b{fill:var(--b)}.grid{stroke:var(--rule)}
.goal{stroke:var(--goal);stroke-width:1.5;stroke-dasharray:6 4}
.key{display:inline-block;width:10px;height:10px;border-radius:2px;margin:0 4px 0 10px}
.key.a{background:var(--a);margin-left:0}.key.b{background:var(--b)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:14px}
th,td{text-align:right;padding:5px 8px;border-bottom:1px solid var(--rule)}
th:first-child,td:first-child{text-align:left}th{font-weight:600}
@media print{:root{--paper:#fff;--ink:#000;--faint:#555;--rule:#bbb;--a:#8aa9e0;--b:#1f7a55;--tile:#fff}
.tiles div{border:1px solid var(--rule)}main{max-width:none;padding:0}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}section{break-inside:avoid}}
""".replace("\n", "")
