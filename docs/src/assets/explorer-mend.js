// What Swagger UI 5.34 leaves undone in its markup; it redraws, so it is watched.
(function () {
  const set = (e, n, v) => { if (e.getAttribute(n) !== v) e.setAttribute(n, v); };
  const name = (e, text) => { if (!e.labels?.length && !e.hasAttribute('aria-labelledby')) set(e, 'aria-label', text); };
  const all = s => document.querySelectorAll('#swagger-ui ' + s);
  function mend() {
    // label, select-name, button-name
    for (const e of all('.servers select')) if (!e.dataset.variable) set(e, 'aria-label', 'Server');
    for (const e of all('[data-variable]')) name(e, 'Server variable ' + e.dataset.variable);
    for (const e of all('.examples-select-element')) name(e, 'Example');
    for (const e of all('textarea.body-param__text')) name(e, 'Request body');
    for (const e of all('.parameters input, .parameters select, .parameters textarea')) name(e, 'Value of ' + (e.closest('tr')?.dataset.paramName || 'the parameter'));
    for (const e of all('.response-controls select, .body-param-content-type select')) name(e, 'Media type');
    for (const e of all('.model-box-control')) if (!e.textContent.trim()) set(e, 'aria-label', 'Show or hide');
    for (const e of all('.close-modal')) set(e, 'aria-label', 'Close');
    // label-content-name-mismatch
    for (const e of all('.modal-btn[aria-label]')) e.removeAttribute('aria-label');
    // landmark-unique: the answers of each operation
    for (const e of all('.responses-table[role=region]')) set(e, 'aria-label', 'Answers of ' + (e.closest('.opblock')?.querySelector('.opblock-summary-description')?.textContent || 'the operation') + (e.classList.contains('live-responses-table') ? ', live' : ''));
    // region: a dialog is one
    for (const e of all('.dialog-ux .modal-ux')) { set(e, 'role', 'dialog'); set(e, 'aria-modal', 'true'); set(e, 'aria-label', 'Authorization'); }
    // region: what Swagger UI leaves beside its <main>
    for (const e of all('.information-container')) { set(e, 'role', 'region'); set(e, 'aria-label', 'About'); }
    for (const e of all('.schemes-server-container, .scheme-container')) if (!e.parentElement.closest('[role=region]')) { set(e, 'role', 'region'); set(e, 'aria-label', 'Server and credentials'); }
    // heading-order: of h1, the servers' h4, the tags' h3
    for (const e of all('.servers h4')) set(e, 'aria-level', e.closest('.opblock') ? '4' : '2');
    for (const e of all('.opblock-tag')) set(e, 'aria-level', '2');
    for (const e of all('.opblock-body h4')) set(e, 'aria-level', e.closest('.servers') || e.matches('.message') ? '4' : '3');
    for (const e of all('.opblock-body h5')) set(e, 'aria-level', '4');
    for (const e of all('.models > h4')) set(e, 'aria-level', '2');
    // scrollable-region-focusable
    for (const e of all('pre, .table-container, .highlight-code > *, .wrapper, .responses-inner, .model-box')) {
      const s = getComputedStyle(e);
      if (/auto|scroll/.test(s.overflowX + s.overflowY) && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)) set(e, 'tabindex', '0');
    }
  }
  let due = false;
  new MutationObserver(() => { if (!due) { due = true; requestAnimationFrame(() => { due = false; mend(); }); } }).observe(document.getElementById('swagger-ui'), { childList: true, subtree: true, attributes: true, attributeFilter: ['class', 'aria-label', 'role'] });
  addEventListener('resize', mend); mend();
})();
