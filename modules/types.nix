# The option types of services.cc-ci that nixpkgs' lib has not.
#
#   pathNotInStore  a file that holds a secret: as a string, since a path literal would be copied to
#                   the Nix store, which everybody can read (P1)
#   domain          a name of at least two labels, in lower case
#   address         https://host, without user, password or trailing slash; http to this host alone, since a token is sent there
#   repositories  where git finds several repositories
#   login           a name of the forge
{ lib }:
let
  inherit (builtins) isString match storeDir;
  named = description: type: type // { inherit description; };
in
{
  pathNotInStore = named "absolute path outside of the Nix store, as a string" (lib.types.addCheck lib.types.str
    (value: isString value && lib.hasPrefix "/" value && !lib.hasPrefix storeDir value));
  domain = named "domain name in lower case" (lib.types.strMatching "[a-z0-9-]+([.][a-z0-9-]+)+");
  address = named "address like https://host, or http to this host alone" (lib.types.strMatching "(https://[A-Za-z0-9.-]+|http://(localhost|127[.][0-9.]+))(:[0-9]+)?(/[A-Za-z0-9._/-]*[A-Za-z0-9])?");
  repositories = named "git URL without its last part, https://host/path or file:///path" (lib.types.strMatching "(https?://[A-Za-z0-9.:-]+|file://)/[A-Za-z0-9._/+-]+");
  login = named "name of the forge" (lib.types.strMatching "[A-Za-z0-9_.-]+");
  size = named "size like 20G, or a part of the memory like 70%" (lib.types.strMatching "[1-9][0-9]*[KMGT%]");
}
