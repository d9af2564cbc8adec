// Light, dark, or what the system says: set before anything is drawn. Also where disk pages may not keep anything.
'use strict';
(() => {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const stored = () => { try { return localStorage.getItem('untag-docs-theme'); } catch { return null; } };
  let chosen = stored();
  const apply = () => {
    const dark = chosen ? chosen === 'dark' : system.matches;
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
    // What Swagger UI goes by.
    document.documentElement.classList.toggle('dark-mode', dark);
    document.dispatchEvent(new Event('theme'));
  };
  window.untagTheme = () => {
    chosen = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
    try { localStorage.setItem('untag-docs-theme', chosen); } catch { /* It holds for this page. */ }
    apply();
  };
  system.addEventListener('change', apply);
  apply();
})();
