# run : tests -> [ message ]        one message per test that failed; an error in one hides no other
tests:
let
  inherit (builtins) attrNames concatLists deepSeq map toJSON tryEval;
  result = name:
    let
      inherit (tests.${name}) expr expected;
      got = tryEval (deepSeq expr expr);
    in
    if !got.success then [ "${name}: threw, expected ${toJSON expected}" ]
    else if got.value != expected then [ "${name}: expected ${toJSON expected}\n  found ${toJSON got.value}" ]
    else [ ];
in
concatLists (map result (attrNames tests))
