# The reference page of services.cc-ci.
#
# docs : { lib; options; } -> string, a Markdown page
#   options  those of a system with modules/, of which services.cc-ci is shown
{ lib, options }:
let
  inherit (builtins) attrNames concatMap concatStringsSep isString toJSON;

  leaves = loc: set: concatMap
    (name:
      let option = set.${name}; at = loc ++ [ name ]; in
      if option._type or "" != "option" then leaves at option
      else if option.internal or false then [ ]
      else [ { name = concatStringsSep "." at; inherit option; } ])
    (attrNames set);

  shown = value:
    if value._type or "" == "literalExpression" then value.text
    else if value == null then "null"
    else if value == { } then "{ }"
    else if value == [ ] then "[ ]"
    else if builtins.isList value then "[ ${lib.concatMapStringsSep " " shown value} ]"
    else if builtins.isAttrs value then "{ ${concatStringsSep " " (lib.mapAttrsToList (name: v: "${name} = ${shown v};") value)} }"
    else toJSON value;

  # One paragraph stays one cell; a line end inside it is no end of the paragraph.
  flat = text: lib.concatStringsSep " " (lib.filter (line: isString line && line != "") (builtins.split "[ \n]+" text));

  entry = { name, option }: ''
    ### `${name}`

    ${flat option.description}

    - type: ${option.type.description}
    - default: ${if option ? defaultText then "`${shown option.defaultText}`" else if option ? default then "`${shown option.default}`" else "none, to be set"}
    ${lib.optionalString (option ? example) "- example: `${shown option.example}`\n"}
  '';
in
''
  # The server's options

  Generated from `modules/` by `checks/server/update.sh`. The first installation, `modules/hosts/cc-ci/default.nix`, shows most of
  them at work; options without a default must be set.

  ${concatStringsSep "" (map entry (leaves [ "services" "cc-ci" ] options.services.cc-ci))}''
