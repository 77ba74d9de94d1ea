/// The page's looks and its one script.
enum Style {
  /// Colours of the roles, for a light or a dark page.
  private static func variables(_ color: (Paint.Role) -> Color) -> String {
    Paint.Role.all.map { "\($0.variable):\(color($0).hex)" }.joined(separator: ";")
  }

  static let sheet = """
    :root{color-scheme:light dark;\(variables(\.light));--soft:#f4f5f7;--good:#00734f;--good-soft:#e0f3ec;--bad:#b3400a;--bad-soft:#fbe9df;--accent:#0067a3}
    @media (prefers-color-scheme:dark){:root{\(variables(\.dark));--soft:#1d2229;--good:#4fd0a3;--good-soft:#12332a;--bad:#ff9c66;--bad-soft:#3d2113;--accent:#63b5ee}.cloud{filter:brightness(1.45)}}
    *{box-sizing:border-box}
    html{background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",sans-serif;-webkit-text-size-adjust:100%}
    body{margin:0}
    main{max-width:72rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
    .kicker{margin:0;color:var(--muted);font-size:.85rem;letter-spacing:.04em;text-transform:uppercase}
    h1{font-size:clamp(1.5rem,4.5vw,2.1rem);line-height:1.2;margin:.2rem 0 1rem;overflow-wrap:anywhere;text-wrap:balance}
    h2{font-size:1.25rem;line-height:1.3;margin:2.75rem 0 .75rem;padding-top:.9rem;border-top:1px solid var(--grid)}
    h3{font-size:1.05rem;line-height:1.3;margin:2rem 0 0}
    p{margin:.6rem 0;max-width:46rem}
    .lead{font-size:1.06rem}
    .badge{display:inline-block;margin:.1rem 0 .6rem;padding:.25rem .8rem;border-radius:999px;font-weight:600}
    .badge.good{color:var(--good);background:var(--good-soft)}
    .badge.bad{color:var(--bad);background:var(--bad-soft)}
    .facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:.5rem 2rem;margin:1.4rem 0 0;padding:.9rem 1rem;background:var(--soft);border-radius:8px;font-size:.86rem}
    .facts div{min-width:0}
    .facts dt{color:var(--muted)}
    .facts dd{margin:0;overflow-wrap:anywhere;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
    .table{overflow-x:auto;margin:1rem 0}
    table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums}
    .caption{margin:1.5rem 0 -.4rem;color:var(--muted);font-size:.92rem}
    th,td{padding:.36rem .7rem;text-align:left;border-bottom:1px solid var(--grid);white-space:nowrap;vertical-align:baseline}
    th:first-child,td:first-child{padding-left:0}
    th.n,td.n{text-align:right}
    tbody th{font-weight:400;white-space:normal;min-width:7rem}
    thead th{font-weight:600;border-bottom:1.5px solid var(--frame)}
    .groups th{text-align:center;border-bottom:1px solid var(--frame)}
    .groups td{border:0}
    thead button{all:unset;cursor:pointer;font:inherit;font-weight:600}
    thead button:hover{color:var(--accent)}
    .table:focus-visible,thead button:focus-visible,summary:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:2px}
    th[aria-sort=ascending] button::after{content:" ↑"}
    th[aria-sort=descending] button::after{content:" ↓"}
    @media (max-width:30rem){tbody th{min-width:5.5rem}}
    td.good,th.good{color:var(--good);font-weight:600}
    td.bad,th.bad{color:var(--bad);font-weight:600}
    td.muted,th.muted{color:var(--muted)}
    figure{margin:.4rem 0 1.6rem}
    .panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1.25rem 1.5rem;align-items:start}
    .panel{min-width:0;max-width:36rem}
    .panel svg{display:block;width:100%;height:auto}
    figcaption{margin-top:.5rem;color:var(--muted);font-size:.92rem;max-width:46rem}
    pre{overflow-x:auto;padding:.8rem 1rem;background:var(--soft);border-radius:8px;font-size:.86rem}
    details{margin:1rem 0}
    summary{cursor:pointer;color:var(--accent)}
    @media (max-width:30rem){main{padding:1.5rem .9rem 3rem}th,td{padding:.34rem .55rem}}
    @media print{html{font-size:11px}main{max-width:none;padding:0}h2,h3{break-after:avoid}figure,tr{break-inside:avoid}.table{overflow:visible}}
    """

  /// Sorts a table by a column: a click, or Enter on its head.
  static let script = """
    for (const table of document.querySelectorAll('table')) {
      const heads = [...table.querySelectorAll('thead tr:last-child th')];
      const number = text => {
        const plain = text.replace('\\u2212', '-').replace(/[^0-9.eE\\-]/g, '');
        return plain === '' ? NaN : Number(plain);
      };
      heads.forEach((head, column) => head.querySelector('button').addEventListener('click', () => {
        const up = head.getAttribute('aria-sort') !== 'ascending';
        heads.forEach(other => other.removeAttribute('aria-sort'));
        head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
        const body = table.tBodies[0];
        const numeric = head.classList.contains('n');
        const rows = [...body.rows].sort((a, b) => {
          const [s, t] = [a, b].map(row => row.cells[column].textContent);
          const order = numeric ? number(s) - number(t) || 0 : s.localeCompare(t);
          return up ? order : -order;
        });
        body.append(...rows);
      }));
    }
    """
}
