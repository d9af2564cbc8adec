// What the pages can do with scripts: search, the switch of the theme, copying code. Without them the text is whole.
'use strict';
(() => {
  const root = document.currentScript.dataset.root;
  const by = id => document.getElementById(id);

  // The switch.
  const theme = by('theme');
  const name = () => {
    const other = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
    theme.textContent = other === 'dark' ? '☾' : '☀';
    theme.setAttribute('aria-label', `Use ${other} colours`);
    theme.title = `Use ${other} colours`;
  };
  theme.hidden = false;
  theme.addEventListener('click', () => window.untagTheme());
  document.addEventListener('theme', name);
  name();

  // On a phone the navigation waits until it is asked for.
  const pages = document.querySelector('nav.pages details');
  const wide = matchMedia('(min-width: 64rem)');
  const fold = () => { pages.open = wide.matches; };
  wide.addEventListener('change', fold);
  fold();

  // Copying.
  // Of a terminal's text, what was typed in it: the lines after its prompt, with those that go on from them.
  const typed = code => {
    if (!code.classList.contains('language-console')) return code.textContent;
    let goesOn = false;
    return code.textContent.split('\n').filter(line => {
      const isTyped = goesOn || line.startsWith('$ ');
      goesOn = isTyped && line.endsWith('\\');
      return isTyped;
    }).map(line => line.replace(/^\$ /, '')).join('\n');
  };
  const said = document.createElement('p');
  said.className = 'unseen';
  said.setAttribute('role', 'status');
  by('content').append(said);
  for (const block of document.querySelectorAll('figure.code')) {
    const caption = block.querySelector('figcaption');
    const label = caption.textContent;
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Copy';
    button.setAttribute('aria-label', `Copy ${label}`);
    button.addEventListener('click', async () => {
      const code = block.querySelector('code');
      try {
        await navigator.clipboard.writeText(typed(code));
        button.textContent = 'Copied';
        said.textContent = `${label} is copied.`;
      } catch {
        // Nobody may write to the clipboard here: what is selected can be copied by hand.
        getSelection().selectAllChildren(code);
        button.textContent = 'Selected';
        said.textContent = `${label} is selected.`;
      }
      setTimeout(() => { button.textContent = 'Copy'; }, 2000);
    });
    caption.append(button);
  }

  // Search: every word must occur; one in a title counts more than one in the text.
  const box = by('search'), query = by('q'), found = by('found'), count = by('count'), results = by('results');
  box.hidden = false;
  const index = (window.searchIndex || []).map(([address, page, title, text]) =>
    ({ address, page, title, text, head: `${title} ${page} ${address}`.toLowerCase(), body: text.toLowerCase() }));
  const excerpt = (entry, word) => {
    const at = Math.max(0, entry.body.indexOf(word) - 40);
    const start = at ? entry.text.indexOf(' ', at) + 1 : 0;
    return (start ? '… ' : '') + entry.text.slice(start, start + 120);
  };
  const search = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rank = entry => words.every(word => entry.head.includes(word) || entry.body.includes(word))
      ? words.reduce((sum, word) => sum + (entry.title.toLowerCase().includes(word) ? 8 : entry.head.includes(word) ? 4 : 1), entry.page === entry.title ? 2 : 0) : 0;
    const hits = words.length
      ? index.map(entry => ({ entry, rank: rank(entry) })).filter(hit => hit.rank).sort((a, b) => b.rank - a.rank).slice(0, 12) : [];
    found.hidden = !words.length;
    count.textContent = !words.length ? '' : hits.length === 0 ? 'Nothing found' : hits.length === 12 ? 'The 12 best' : `${hits.length} found`;
    results.replaceChildren(...hits.map(({ entry }) => {
      const item = document.createElement('li'), link = document.createElement('a');
      const title = document.createElement('b'), where = document.createElement('i'), text = document.createElement('span');
      link.href = root + entry.address;
      title.textContent = entry.title;
      where.textContent = entry.page === entry.title ? '' : entry.page;
      text.textContent = excerpt(entry, words[0]);
      link.append(title, where, text);
      item.append(link);
      return item;
    }));
  };
  const close = () => { query.value = ''; search(); };
  const links = () => [...results.querySelectorAll('a')];
  query.addEventListener('input', search);
  query.form.addEventListener('submit', event => { event.preventDefault(); links()[0]?.click(); });
  box.addEventListener('keydown', event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !found.hidden) {
      const stops = [query, ...links()];
      const at = stops.indexOf(document.activeElement);
      stops[(at + step + stops.length) % stops.length].focus();
      event.preventDefault();
    } else if (event.key === 'Escape') {
      close();
      query.focus();
      query.blur();
    }
  });
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.key !== '/') return;
    if (/^(input|textarea|select)$/i.test(event.target.tagName)) return;
    event.preventDefault();
    query.focus();
  });
  document.addEventListener('click', event => { if (!box.contains(event.target)) found.hidden = true; });
  query.addEventListener('focus', search);
  results.addEventListener('click', () => setTimeout(close));
})();
