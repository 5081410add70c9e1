# What an operator brings, as the checks give it: names alone, for nothing here is decrypted.
{
  services.cc-ci = {
    secretsFolder = ./secrets;
    traefik.version = "3.6.1+v3.5.0";
    backup.version = "2.3.0+2.3.0-beta";
  };
}
