{
  env = {
    DOMAIN = "app.example.org";
    COMPOSE_FILE = "compose.yml:compose.smtp.yml";
    POST_DEPLOY_CMDS = "app migrate";
    "MAIL FROM" = "ci@example.org";
    SMTP_FROM = "ci@example.org";
  };
  needs.idp = {
    recipe = "keycloak";
    env.STACK_NAME = "idp";
  };
}
