// Starts Swagger UI on the contract that is in the page. Served by untagd, it asks untagd; from anywhere else, what the contract says.
'use strict';
(() => {
  const contract = JSON.parse(document.getElementById('contract').textContent);
  if (/^https?:$/.test(location.protocol) && location.pathname === '/docs/explorer.html') {
    const here = [{ url: location.origin, description: 'untagd, which serves this page' }];
    contract.servers = here;
    for (const path of Object.values(contract.paths)) path.servers = here;
  }
  // Swagger UI brings a <main> of its own, and there may be one.
  const main = document.getElementById('content'), about = document.createElement('section');
  about.id = main.id;
  about.tabIndex = -1;
  about.setAttribute('aria-label', 'About the explorer');
  about.append(...main.childNodes);
  main.replaceWith(about);
  window.untagExplorer = window.SwaggerUIBundle({ spec: contract, dom_id: '#swagger-ui', validatorUrl: null, queryConfigEnabled: false, defaultModelsExpandDepth: 0 });
})();
