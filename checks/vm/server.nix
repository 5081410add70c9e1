# The whole server in one machine, with a Gitea beside it: from a comment to a verdict (I3, N7). It boots, makes the forge's
# accounts with checks/vm/forge.sh, and calls checks/e2e/comment.sh, which `make test-forge` also runs.
{ self, pkgs }:
let
  domain = "ci.cc-ci.test";
  run = self.apps.${pkgs.stdenv.hostPlatform.system}.test-custom-html.program;
in
pkgs.testers.runNixOSTest {
  name = "cc-ci-server";
  node.pkgsReadOnly = false; # the modules allow two unfree packages by name
  nodes.server = { config, ... }: {
    imports = [ (import ./machine.nix { inherit self pkgs domain; inherit ((import ./offline.nix { inherit pkgs; }).recipes.custom-html) images; }) ];
    services.gitea = {
      enable = true;
      settings.server = { HTTP_ADDR = "127.0.0.1"; HTTP_PORT = 3001; ROOT_URL = "http://127.0.0.1:3001/"; };
      settings.service.DISABLE_REGISTRATION = true;
      settings.repository.DEFAULT_BRANCH = "main";
    };
    # A build evaluates this flake and runs what comes out of it: all of that is in the machine's store already.
    system.extraDependencies = [ self.inputs.nixpkgs.outPath self.inputs.agenix.outPath (pkgs.writeText "run" run) ];
    systemd.services.cc-ci-drone-oauth.after = [ "gitea.service" ];
    environment.systemPackages = [ config.services.gitea.package ];
    environment.etc = {
      "cc-ci-e2e/comment.sh".source = ../e2e/comment.sh;
      "cc-ci-e2e/forge.sh".source = ./forge.sh;
      "cc-ci-e2e/project".source = self;
    };
  };
  testScript = ''
    server.wait_for_unit("gitea.service")
    server.wait_for_open_port(3001)
    with subtest("accounts, organisation, project and mirror"):
        server.succeed("bash /etc/cc-ci-e2e/forge.sh /run/cc-ci-secrets /etc/cc-ci-e2e/project")
    server.succeed("systemctl start cc-ci-drone-oauth.service drone-server.service cc-ci-bridge.service cc-ci-dashboard.service drone-runner.service")
    with subtest("every piece of the server is right"):
        print(server.succeed("cc-ci doctor --server"))
    with subtest("a comment becomes a verdict"):
        print(server.succeed("bash /etc/cc-ci-e2e/comment.sh http://127.0.0.1:3001 /run/cc-ci-secrets/operator-token recipes/custom-html ci-bot", timeout=1900))
    with subtest("the dashboard shows it"):
        server.succeed("curl -fsS https://${domain}/recipe/custom-html/ | grep -i passed")
  '';
}
