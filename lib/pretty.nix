# pretty : value -> string        JSON for people: two spaces per level, keys in order, a line at the end
let
  inherit (builtins) attrNames concatStringsSep isAttrs isList map toJSON;

  wrap = open: close: indent: items:
    "${open}\n" + concatStringsSep ",\n" (map (item: indent + "  " + item) items) + "\n${indent}${close}";

  go = indent: value:
    if isList value && value != [ ] then wrap "[" "]" indent (map (go (indent + "  ")) value)
    else if isAttrs value && value != { } then wrap "{" "}" indent (map (key: "${toJSON key}: ${go (indent + "  ") value.${key}}") (attrNames value))
    else toJSON value;
in
value: go "" value + "\n"
