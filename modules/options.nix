# What is true of the whole installation. What concerns one piece of the server is in that piece's file.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  own = import ./types.nix { inherit lib; };
  cfg = config.services.cc-ci;
in
{
  options.services.cc-ci = {
    enable = lib.mkEnableOption "cc-ci, which tests Co-op Cloud recipes on this host";

    package = mkOption {
      type = types.package;
      example = lib.literalExpression "inputs.cc-ci.packages.x86_64-linux.cc-ci";
      description = "The cc-ci program. The flake's modules set it to the one of the same commit.";
    };

    profile = mkOption {
      type = types.enum [ "server" "runner" ];
      default = "server";
      example = "runner";
      description = ''
        `server` is everything on one host. `runner` is a further host that takes builds from the same Drone server:
        swarm, router, backups and exec runner, without Drone server, bridge and dashboard (N6).
      '';
    };

    domain = mkOption {
      type = own.domain;
      example = "ci.example.org";
      description = ''
        The CI domain. The dashboard is at this name, apps under test are below it, and the certificate covers both.
        Each host has one of its own.
      '';
    };

    organisation = mkOption {
      type = own.login;
      example = "recipe-maintainers";
      description = "The organisation whose pull requests are watched and whose members may say `!testme` (T4).";
    };

    project = mkOption {
      type = types.strMatching "[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+";
      default = "${cfg.organisation}/cc-ci";
      defaultText = lib.literalExpression ''"''${config.services.cc-ci.organisation}/cc-ci"'';
      example = "recipe-maintainers/cc-ci";
      description = "owner/name of the repository with the enrolled recipes and `.drone.yml`, which Drone builds.";
    };

    recipes = mkOption {
      type = types.strMatching "[A-Za-z0-9_./-]+";
      default = "recipes";
      example = "recipes";
      description = "Folder of the project with one folder per enrolled recipe (N2).";
    };

    forge.url = mkOption {
      type = own.address;
      example = "https://git.example.org";
      description = "Address of the Gitea server.";
    };

    forge.bot = mkOption {
      type = own.login;
      example = "ci-bot";
      description = "Login of the account that answers: a plain member of the organisation, no site admin.";
    };

    maxTests = mkOption {
      type = types.ints.positive;
      default = 1;
      example = 2;
      description = "Runs at a time on this host: the runner's capacity, and the slots that runs take themselves (S10).";
    };

    buildLimit = mkOption {
      type = types.ints.between 20 600;
      default = 90;
      example = 120;
      description = ''
        Minutes after which Drone ends a build. Set the same in the repository's settings in Drone; the bridge cancels ten minutes later
        what Drone did not, and the runner waits that long for its builds when it is stopped.
      '';
    };

    memory = mkOption {
      type = own.size;
      default = "70%";
      example = "20G";
      description = ''
        What all test apps together may use. Their containers are in a cgroup of their own, so that a recipe that takes more
        is ended by the kernel, and Drone, bridge and dashboard are not.
      '';
    };

    limits = {
      memoryMiB = mkOption {
        type = types.ints.positive;
        default = 4096;
        example = 8192;
        description = "MiB that one service of an app may use, where its recipe asks for no less.";
      };
      pids = mkOption {
        type = types.ints.positive;
        default = 4096;
        example = 1024;
        description = "Processes that one service may have, where its recipe's compose version has such a limit (3.9).";
      };
      logMiB = mkOption {
        type = types.ints.positive;
        default = 64;
        example = 256;
        description = "MiB of log that the engine keeps of one service.";
      };
    };

    keepDays = mkOption {
      type = types.ints.positive;
      default = 30;
      example = 7;
      description = "Days that a finished run's folder of evidence is kept on the host; what was published of it stays in the results store.";
    };

    upstream = mkOption {
      type = own.repositories;
      default = "https://git.coopcloud.tech/coop-cloud";
      example = "https://git.coopcloud.tech/coop-cloud";
      description = "Where the recipes of the server's own apps (Traefik, backup-bot-two) are cloned from.";
    };

    resultsUrl = mkOption {
      type = types.nullOr own.address;
      default = null;
      example = "https://ci.example.org/upload";
      description = "Where a runner host sends its results: the dashboard's `/upload` (U6). On the server they lie on the host itself.";
    };
  };

  config = lib.mkIf cfg.enable {
    assertions = [
      {
        assertion = cfg.profile == "server" || cfg.resultsUrl != null;
        message = "services.cc-ci.resultsUrl: expected the address of the server's dashboard with /upload behind it, found none: a runner host has no store of its own.";
      }
      {
        assertion = cfg.profile == "runner" || cfg.resultsUrl == null;
        message = "services.cc-ci.resultsUrl: expected none on the server, whose results lie in /var/lib/cc-ci/results, found ${toString cfg.resultsUrl}: remove it, or set services.cc-ci.profile = \"runner\".";
      }
    ];
  };
}
