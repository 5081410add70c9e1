# How an error names a value that was found where another was expected.
#
# describe : any -> string          "the integer 90", "a list", "the string \"x\""
let
  inherit (builtins) isAttrs isBool isFloat isFunction isInt isList isPath isString stringLength substring toJSON;
in
value:
if isString value then
  if stringLength value <= 60 then "the string ${toJSON value}" else "the string ${toJSON (substring 0 60 value)}..."
else if isInt value then "the integer ${toString value}"
else if isFloat value then "the number ${toJSON value}"
else if isBool value then (if value then "true" else "false")
else if value == null then "null"
else if isList value then "a list"
else if isAttrs value then "an attribute set"
else if isPath value then "a path"
else if isFunction value then "a function"
else "something else"
