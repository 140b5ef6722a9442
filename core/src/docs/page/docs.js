"use strict";

// Starts Swagger UI. The bar for tokens is there on the local server only.
(() => {
  const root = document.getElementById("docs");
  const url = new URL(root.dataset.document, location.href).href;
  const bar = document.getElementById("token");
  let schemes = {};

  // The page fetches nothing from an issuer, and takes a token of one as it is.
  function withoutDiscovery(api) {
    schemes = api.components?.securitySchemes ?? {};
    for (const scheme of Object.values(schemes)) {
      if (scheme.type !== "openIdConnect") continue;
      const issuer = String(scheme.openIdConnectUrl).replace("/.well-known/openid-configuration", "");
      scheme.description = [scheme.description, `A token of \`${issuer}\`.`].filter(Boolean).join("\n\n");
      scheme.type = "http";
      scheme.scheme = "bearer";
      scheme.bearerFormat = "JWT";
      delete scheme.openIdConnectUrl;
    }
    return api;
  }

  // The scopes and groups that operations need.
  function needed(api) {
    const scopes = new Set();
    const groups = new Set();
    for (const item of Object.values(api.paths ?? {})) {
      for (const operation of Object.values(item)) {
        for (const requirement of operation?.security ?? []) {
          Object.values(requirement).flat().forEach((scope) => scopes.add(scope));
        }
        const rule = operation?.["x-lambda-api-groups"];
        (rule?.all ?? rule?.any ?? []).forEach((group) => groups.add(group));
      }
    }
    return { scopes: [...scopes].join(" "), groups: [...groups].join(" ") };
  }

  function received(response) {
    if (response.url !== url || !response.ok) return response;
    const api = withoutDiscovery(JSON.parse(response.text));
    response.text = JSON.stringify(api);
    // There is nothing to choose.
    document.body.classList.toggle("one-server", (api.servers ?? []).length < 2);
    if (bar) {
      for (const [name, value] of Object.entries(needed(api))) {
        if (!bar.elements[name].value) bar.elements[name].value = value;
      }
    }
    return response;
  }

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

  // Sends the token of an authenticator wherever the document names it.
  function authorize(authenticator, token) {
    const own = authenticator.replace(/[^A-Za-z0-9._-]/g, "_");
    const used = [];
    for (const [name, scheme] of Object.entries(schemes)) {
      if (name !== own && !name.endsWith("_" + own)) continue;
      if (scheme.type === "apiKey" && scheme.in === "cookie") {
        document.cookie = `${scheme.name}=${token}; path=/; samesite=strict`;
      } else {
        ui.preauthorizeApiKey(name, token);
      }
      used.push(name);
    }
    return used;
  }

  async function tokenWanted(event) {
    event.preventDefault();
    const output = bar.elements.result;
    const names = (field) => bar.elements[field].value.split(/[\s,]+/).filter(Boolean);
    output.className = "";
    output.value = "";
    try {
      const response = await fetch(bar.dataset.url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          authenticator: bar.elements.authenticator.value,
          subject: bar.elements.subject.value,
          scopes: names("scopes"),
          groups: names("groups"),
        }),
      });
      const result = await response.json();
      if (!response.ok) throw new Error(result.detail ?? result.title ?? response.statusText);
      const used = authorize(result.authenticator, result.token);
      output.value = used.length
        ? [`Requests of this page are from ${bar.elements.subject.value}.`, result.warning].join(" ")
        : `No operation takes a token of ${result.authenticator}.`;
    } catch (error) {
      output.className = "bad";
      output.value = error.message;
    }
  }

  bar?.addEventListener("submit", tokenWanted);
})();
