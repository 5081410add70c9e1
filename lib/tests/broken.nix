# Broken recipe files, generated from the schema: every field and step with values of other types and with its name
# misspelt. Each must be refused by a message that names the file, the place, what was expected and what was found.
#
#   cases     [ { name; place; recipe; } ]      in a fixed order
#   messages  [ string ]                        of each, the line about its place
#   failures  [ string ]                        one for each case whose message lacks something
let
  inherit (builtins) attrNames concatLists concatMap elemAt filter genList hasAttr head isList length listToAttrs map match replaceStrings stringLength substring;

  check = import ../check.nix;
  schema = import ../schema.nix "broken";
  t = import ../types.nix;
  file = "recipes/broken/default.nix";

  values = [
    { word = "integer"; value = 7; }
    { word = "negative"; value = -1; }
    { word = "fraction"; value = 1.5; }
    { word = "text"; value = "no such thing"; }
    { word = "empty"; value = ""; }
    { word = "flag"; value = true; }
    { word = "null"; value = null; }
    { word = "list"; value = [ "x" ]; }
    { word = "set"; value = { nonsense = 1; }; }
    { word = "function"; value = x: x; }
  ];

  # Two letters changed over: what a hurried hand writes.
  misspelt = key: let n = stringLength key; in
    if n < 4 then "${key}x"
    else substring 0 (n - 3) key + substring (n - 2) 1 key + substring (n - 3) 1 key + substring (n - 1) 1 key;

  set = key: value: listToAttrs [ { name = key; inherit value; } ];

  # The two worst values of a type: what it refuses, first and last in the list above.
  refused = type: let bad = filter (v: type.check "x" v.value != [ ]) values; in
    if length bad < 3 then bad else [ (head bad) (elemAt bad (length bad / 2)) ];

  # Every field of a record, wrapped into a whole recipe by `into`.
  fieldsOf = place: into: fields: concatMap
    (key:
      let
        type = fields.${key}.type;
        at = t.join place key;
        wrong = map (v: { name = "${at}: ${v.word}"; place = at; recipe = into (set key v.value); }) (refused type);
        typo = { name = "${at}: misspelt"; place = t.join place (misspelt key); recipe = into (set (misspelt key) { }); };
        inner = if type ? fields && !(type ? id) then fieldsOf at (value: into (set key value)) type.fields else [ ];
      in
      wrong ++ (if hasAttr (misspelt key) fields then [ ] else [ typo ]) ++ inner)
    (attrNames fields);

  steps = import ../steps.nix;
  inList = concatMap
    (verb: fieldsOf "state.write[0].${verb}" (value: { state.write = [ (set verb value) ]; }) steps.step.verbs.${verb}.type.fields)
    (filter (verb: steps.step.verbs.${verb}.type ? fields) (attrNames steps.step.verbs));
  inFlow = concatMap
    (verb: map (v: { name = "flows.a[0].${verb}: ${v.word}"; place = "flows.a[0].${verb}"; recipe.flows.a = [ (set verb v.value) ]; })
      (refused steps.browserStep.verbs.${verb}.type))
    (attrNames steps.browserStep.verbs);

  cases = fieldsOf "" (x: x) schema.fields ++ inList ++ inFlow;

  messagesOf = case: (check { name = "broken"; inherit file; } case.recipe).messages;
  contains = part: text: length (filter isList (builtins.split (replaceStrings [ "[" "]" "." "*" "?" "(" ")" "+" "$" "{" "}" ] [ "[[]" "[]]" "[.]" "[*]" "[?]" "[(]" "[)]" "[+]" "[$]" "[{]" "[}]" ] part) text)) > 0;

  # A message is whole if it has a file, a place, and says what was expected and found, or which name is unknown.
  whole = case: message:
    match "recipes/broken/default[.]nix: .+ [(]reference: docs/reference/recipe[.]md[)]" message != null
    && contains case.place message
    && (match ".*(expected .+, found .+|missing; expected .+).*" message != null || match ".*unknown .+ `.+`; (did you mean|known here).*" message != null);

  failures = concatLists (map
    (case:
      let found = messagesOf case;
      in
      if found == [ ] then [ "${case.name}: expected to be refused, was taken" ]
      else if filter (whole case) found == [ ] then [ "${case.name}: expected file, place, expected and found, found: ${head found}" ]
      else [ ])
    cases);
in
{
  inherit cases failures;
  messages = map (case: head (filter (whole case) (messagesOf case) ++ [ "${case.name}: not refused as it should be" ])) cases;
}
