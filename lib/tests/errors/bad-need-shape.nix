{
  needs.idp = { recipe = "Keycloak"; enviroment = { }; };
  needs.store.env = { };
  secrets.key.value = "literal";
}
