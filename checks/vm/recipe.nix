# One recipe through a booted server: swarm, Traefik and backups as the modules make them, the real abra, offline (N7).
#
# vm : { self; pkgs; name; plan; images; repository; } -> derivation
#   plan        the recipe's, as a file
#   images      what its versions name, as archives for `docker load`
#   repository  its git repository, as a path
#
# The machine boots and calls checks/e2e/recipe.sh, which `make test` also runs.
{ self, pkgs, name, plan, images, repository }:
let
  domain = "ci.cc-ci.test";
  machine = import ./machine.nix { inherit self pkgs domain images; };
in
pkgs.testers.runNixOSTest {
  name = "cc-ci-recipe-${name}";
  node.pkgsReadOnly = false; # the modules allow unfree packages by name
  nodes.server = {
    imports = [ machine ];
    services.cc-ci.profile = "runner"; # no forge in this check
    services.cc-ci.resultsUrl = "https://${domain}/upload";
    systemd.services.drone-runner.enable = false;
    environment.etc."cc-ci-e2e/recipe.sh".source = ../e2e/recipe.sh;
  };
  testScript = ''
    server.wait_for_unit("multi-user.target")
    for unit in ["swarm", "traefik", "backup"]:
        with subtest(f"converge {unit}, and again without doing anything"):
            server.succeed(f"systemctl start cc-ci-{unit}.service")
            server.succeed(f"CC_CI_SERVER=/etc/cc-ci/server.json cc-ci converge {unit} | grep 'nothing to do'")
    with subtest("the recipe ${name} is green"):
        print(server.succeed("bash /etc/cc-ci-e2e/recipe.sh ${plan} --source file://${repository}", timeout=1800))
  '';
}
