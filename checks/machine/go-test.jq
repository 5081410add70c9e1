# Turns `go test -json` into lines: "result pass|fail|skip PACKAGE.TEST" for every test that has
# no sub-tests of its own (a failed one also where all its sub-tests passed), and the output of what failed. A package that fails without a failing
# test (it does not compile, it panicked, its time is over) is an entry itself.
[inputs | fromjson? // { Action: "output", Output: (. + "\n") }] as $events
| [$events[] | select(.Action == "pass" or .Action == "fail" or .Action == "skip")] as $ends
| (reduce ($ends[] | select(.Test)) as $e ({};
    reduce ($e.Test | split("/") | range(1; length) as $n | .[:$n] | join("/")) as $up (.; .[$e.Package + "." + $up] = true))) as $parents
| [$ends[] | select(.Test) | { result: .Action, name: (.Package + "." + .Test), pkg: .Package }
    | select(.result == "fail" or ($parents[.name] | not))] as $all
| [$all[] | .name as $n | select(.result != "fail" or ($parents[$n] | not)
    or (any($all[]; .result == "fail" and (.name | startswith($n + "/"))) | not))] as $leaves
| ([$leaves[] | select(.result == "fail") | { (.pkg): true }] | add // {}) as $explained
| [$ends[] | select(.Action == "fail" and (.Test | not) and ($explained[.Package] | not)) | .Package] as $broken
| ([$leaves[] | select(.result == "fail") | { (.name): true }] + [$broken[] | { (.): true }] | add // {}) as $failed
| ($events[]
    | select(.Action == "build-output" or (.Action == "output"
        and $failed[.Package + (if .Test then "." + .Test else "" end)]))
    | .Output | rtrimstr("\n")),
  ($leaves[] | "result \(.result) \(.name)"),
  ($broken[] | "result fail \(.)")
