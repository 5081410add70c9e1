# An app that logs people in through a provider, and the provider's client made for it.
{
  env = { OIDC_ISSUER = "\${idp.base}/dex"; OIDC_CLIENT = "\${idp.client_id}"; };
  secrets.oidc_client_secret.value = "\${idp.client_secret}";
  needs.idp = {
    recipe = "generic";
    env.REDIRECT = "https://\${domain}/callback";
    setup = [
      {
        http = {
          method = "POST";
          path = "/clients";
          headers.Authorization = "Bearer \${secret:admin_token}";
          body = "{ \"redirect\": \"\${base}/callback\", \"issuer\": \"\${idp.base}\" }";
          save = { client_id = "json:id"; client_secret = "json:secret"; };
        };
      }
      { save = { as = "password"; value = "\${secret:user_password}"; }; }
    ];
  };

  flows.log-in = [
    { goto = "/login"; }
    { expectURL = "\${idp.base}/**"; }
    { fill = { at.label = "Password"; value = "\${idp.password}"; }; }
    { press.key = "Enter"; }
    { expectURL = "\${base}/home"; }
  ];
}
