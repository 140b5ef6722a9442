"use strict";

// Starts Swagger UI. The bar for tokens is there on the local server only.
(() => {
  const root = document.getElementById("docs");
  const url = new URL(root.dataset.document, location.href).href;
  const bar = document.getElementById("token");
  // The names of the security schemes that take a token, by authenticator.
  const takers = JSON.parse(bar?.dataset.schemes ?? "{}");
  let api = {};
  let filled = {};

  // The key for tokens is at the end of the address that `serve` prints. It stays in this tab.
  function docsKey() {
    const found = /^#key=([\w-]+)$/.exec(location.hash);
    if (found) {
      sessionStorage.setItem("docs-key", found[1]);
      history.replaceState(null, "", location.pathname);
    }
    return sessionStorage.getItem("docs-key") ?? "";
  }

  // The page fetches nothing from an issuer, and takes a token of one as it is.
  function withoutDiscovery() {
    for (const scheme of Object.values(api.components?.securitySchemes ?? {})) {
      if (scheme.type !== "openIdConnect") continue;
      const issuer = String(scheme.openIdConnectUrl).replace("/.well-known/openid-configuration", "");
      scheme.description = [scheme.description, `A token of \`${issuer}\`.`].filter(Boolean).join("\n\n");
      scheme.type = "http";
      scheme.scheme = "bearer";
      scheme.bearerFormat = "JWT";
      delete scheme.openIdConnectUrl;
    }
  }

  // The scopes and groups that operations need of a token with these schemes.
  function needed(names) {
    const scopes = new Set();
    const groups = new Set();
    for (const item of Object.values(api.paths ?? {})) {
      for (const operation of Object.values(item)) {
        const own = (operation?.security ?? []).filter((one) => names.some((name) => Object.hasOwn(one, name)));
        if (!own.length) continue;
        names.forEach((name) => own.forEach((one) => one[name]?.forEach((scope) => scopes.add(scope))));
        const rule = operation["x-lambda-api-groups"];
        (rule?.all ?? rule?.any ?? []).forEach((group) => groups.add(group));
      }
    }
    return { scopes: [...scopes].join(" "), groups: [...groups].join(" ") };
  }

  // Fills the fields that the reader has not changed.
  function fill() {
    const names = takers[bar.elements.authenticator.value] ?? [];
    for (const [field, value] of Object.entries(needed(names))) {
      const input = bar.elements[field];
      if (input.value === (filled[field] ?? "")) input.value = value;
      filled[field] = value;
    }
  }

  function received(response) {
    if (response.url !== url || !response.ok) return response;
    api = JSON.parse(response.text);
    withoutDiscovery();
    response.text = JSON.stringify(api);
    // There is nothing to choose.
    document.body.classList.toggle("one-server", (api.servers ?? []).length < 2);
    if (bar) fill();
    return response;
  }

  // Swagger UI has the end of the address for itself.
  if (bar) docsKey();
  const ui = SwaggerUIBundle({
    url,
    dom_id: "#docs",
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    layout: "BaseLayout",
    persistAuthorization: false,
    presets: [SwaggerUIBundle.presets.apis],
    responseInterceptor: received,
    tryItOutEnabled: true,
    validatorUrl: null,
  });

  // A cookie lives as long as its token. Browsers drop one that its name forbids.
  function keepCookie(name, token, seconds) {
    const secure = /^__(host|secure)-/i.test(name) ? "; secure" : "";
    const cookie = `${name}=${token}`;
    document.cookie = `${cookie}; path=/; samesite=strict; max-age=${seconds}${secure}`;
    if (!document.cookie.split("; ").includes(cookie)) {
      throw new Error(`the browser does not keep the cookie ${name} of this page`);
    }
  }

  // Sends a token wherever the document names its authenticator.
  function authorize(authenticator, token, seconds) {
    const schemes = api.components?.securitySchemes ?? {};
    const used = (takers[authenticator] ?? []).filter((name) => schemes[name]);
    for (const name of used) {
      const scheme = schemes[name];
      if (scheme.type === "apiKey" && scheme.in === "cookie") {
        keepCookie(scheme.name, token, seconds);
      } else {
        ui.preauthorizeApiKey(name, token);
      }
    }
    return used.length > 0;
  }

  async function tokenWanted(event) {
    event.preventDefault();
    const output = bar.elements.result;
    const names = (field) => bar.elements[field].value.split(/[\s,]+/).filter(Boolean);
    const authenticator = bar.elements.authenticator.value;
    const subject = bar.elements.subject.value;
    output.className = "";
    output.value = "";
    try {
      const response = await fetch(bar.dataset.url, {
        method: "POST",
        headers: { "content-type": "application/json", "x-docs-key": docsKey() },
        body: JSON.stringify({
          authenticator,
          subject,
          scopes: names("scopes"),
          groups: names("groups"),
        }),
      });
      const result = await response.json();
      if (!response.ok) throw new Error(result.detail ?? result.title ?? response.statusText);
      if (!authorize(authenticator, result.token, result.expires_in)) {
        throw new Error(`No operation takes a token of ${authenticator}.`);
      }
      if (result.warning) throw new Error(result.warning);
      output.value = `Requests of this page are from ${subject}.`;
    } catch (error) {
      output.className = "bad";
      output.value = error.message;
    }
  }

  bar?.addEventListener("submit", tokenWanted);
  bar?.elements.authenticator.addEventListener("change", fill);
})();
