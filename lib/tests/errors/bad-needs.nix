{
  env = { SECRET = "\${idp.client_secret}"; UNKNOWN = "\${idp.client}"; };
  secrets = { good.value = "\${idp.client_secret}"; bad.value = "\${store.key}"; };
  setup = [ { exec.command = [ "x" "\${idp.client_secret}" ]; } ];
  hosts = [ "login-\${idp.domain}" ];
  needs = {
    idp = {
      recipe = "keycloack";
      setup = [
        { http = { path = "/\${secrets}"; save.client_secret = "json:secret"; }; }
        { exec.command = [ "kcadm" "\${secret:admin_password}" ]; }
        { save = { as = "domain"; value = "x"; }; }
      ];
    };
    self.recipe = "bad-needs";
    "bad name".recipe = "keycloak";
  };
}
