# What a recipe file may say: every field with its type, default, example and description.
#
# schema : string -> type            the recipe's name -> a record type of types.nix
#
# The validator, the defaults, the reference page and the plan's JSON Schema all come from here, so
# a new field is written once. Requirements: N1 (one attribute set per recipe), S2-S4, S11, P5.
recipe:
let
  t = import ./types.nix;
  s = import ./steps.nix;
  entries = import ./entries.nix;

  texts = t.attrsOf t.string;
  steps = t.listOf s.step;
  reason = { type = t.string; default = ""; example = "the last version's image is gone"; };

  limit = default: description: { type = t.duration; inherit default description; };
in
t.record {
  description = {
    type = t.matching "one line of text" "[^\n]*";
    default = "The ${recipe} recipe";
    example = "Collaborative Markdown notes";
    description = "What the app is, in one line.";
  };
  category = {
    type = t.enum [
      "stateless" # keeps nothing
      "stateful" # keeps files, no database
      "single-database"
      "multi-service"
      "identity" # others log in through it
      "object-storage"
      "large-volumes"
      "tls-passthrough" # terminates TLS itself
      "other"
    ];
    default = "other";
    example = "single-database";
    description = "What kind of app it is. The overview groups by it; nothing else depends on it.";
  };
  source = {
    type = t.nonEmpty;
    default = "https://git.coopcloud.tech/coop-cloud/${recipe}.git";
    example = "https://git.example.org/recipes/hedgedoc.git";
    description = "Git URL of the recipe.";
  };

  env = {
    type = texts;
    default = { };
    example = { CMD_ALLOW_ANONYMOUS = "true"; };
    description = "Added to the app's env file. Keys that abra interprets (`DOMAIN`, `COMPOSE_FILE`, `*_CMDS`, ...) come from the driver, and are refused here.";
  };
  compose = {
    type = t.listOf t.nonEmpty;
    default = [ ];
    example = [ "compose.yml" "compose.postgres.yml" ];
    description = "Compose files inside the recipe, instead of the env sample's own list.";
  };
  hosts = {
    type = t.listOf t.nonEmpty;
    default = [ ];
    example = [ "sandbox-\${domain}" ];
    description = "Further hosts at which the app answers.";
  };
  tls = {
    type = t.enum [ "router" "app" ];
    default = "router";
    example = "app";
    description = "Who ends TLS. `app`: the router passes it through (`HostSNI`, `tls.passthrough`), and the app shows a certificate of its own making: its name and dates are checked, its issuer is not, and the result says so.";
  };
  secrets = {
    type = t.attrsOf entries.secret;
    default = { };
    example = { plc_rotation_key = { kind = "hex"; length = 64; }; };
    description = "Secrets that `abra app secret generate` does not make. The driver makes and inserts them; no value is ever written here.";
  };
  needs = {
    type = t.attrsOf entries.need;
    default = { };
    example = {
      idp = {
        recipe = "keycloak";
        env.EXTRA_REDIRECT = "https://\${domain}/callback";
        setup = [
          {
            http = {
              method = "POST";
              path = "/clients";
              body = "{ \"redirect\": \"https://\${domain}/callback\" }";
              headers.Authorization = "Bearer \${secret:admin_token}";
              save = { client_id = "json:id"; client_secret = "json:secret"; };
            };
          }
        ];
      };
    };
    description = "Apps without which this one can't be tested (an identity provider, an object store), by the name that templates use: "
      + "each is deployed before it and removed after it. What its `setup` saves is known as `\${<name>.<saved>}`.";
  };

  ready = {
    default = { };
    description = "How the app shows that it serves requests.";
    type = t.record {
      path = {
        type = t.matching "a path that begins with /" "/.*";
        default = "/";
        example = "/status";
        description = "Asked on the app's own host until an accepted status comes.";
      };
      also = {
        type = t.listOf (t.matching "an https:// URL" "https://.*");
        default = [ ];
        example = [ "https://office-\${domain}/hosting/discovery" ];
        description = "Asked after `path`, in this order, on any of the app's hosts: a second service that serves people by itself.";
      };
      status = {
        type = t.listOf (t.between 100 599);
        default = [ 200 301 302 ];
        example = [ 200 ];
        description = "Accepted answers. 404 can't be one: the router answers so for an app that isn't there.";
      };
      timeout = limit "5m" "From the end of the deploy to the first accepted answer.";
    };
  };

  smoke = {
    optional = true;
    description = "The front page, which is opened once in the browser after each install and must write no error to its console.";
    type = t.record {
      allow = {
        type = t.listOf t.nonEmpty;
        optional = true;
        example = [ "status of 403 .*/api/v1/session" ];
        description = "Regular expressions of messages to ignore: what the app writes also where all is well, such as to somebody who has not logged in.";
      };
    };
  };

  setup = {
    type = steps;
    default = [ ];
    example = [ { exec = { service = "minio"; command = [ "mc" "mb" "--ignore-existing" "local/media" ]; }; } ];
    description = "What an operator does once by hand after the first deploy: done when the app is ready, in each deployment on nothing.";
  };

  state = {
    default = { };
    description = "How to write the app's data, how to see that it is there, and how to change it. Upgrade, backup and restore derive from these three lists. With none of them a generic marker follows the backup labels.";
    type = t.record {
      write = {
        type = steps;
        default = [ ];
        example = [ {
          http = {
            method = "POST";
            path = "/new";
            body = "# kept";
            expect.status = 302;
            save.note = "header:Location";
          };
        } ];
        description = "Writes something that must survive.";
      };
      verify = {
        type = steps;
        default = [ ];
        example = [ { http = { path = "\${note}/download"; expect.body = "# kept"; }; } ];
        description = "Sees what `write` wrote. Knows the names that `write` saved. Each step must expect or save something, and one must expect.";
      };
      change = {
        type = steps;
        default = [ ];
        example = [ { http = { method = "PUT"; path = "\${note}"; body = "# lost"; expect.status = 200; }; } ];
        description = "Changes it so that `verify` fails; a restore must undo it.";
      };
    };
  };

  flows = {
    type = t.attrsOf (t.listOf s.browserStep);
    default = { };
    example = { home = [ { goto = "/"; } { expectTitle = "HedgeDoc"; } ]; };
    description = "Named walks through the app in the browser, run in order of name after install and upgrade. Each must expect something.";
  };

  upgrade = {
    default = { };
    description = "From which versions an upgrade to the commit under test is tried.";
    type = t.record {
      from = {
        type = t.listOf (t.matching "previous, previous-minor, previous-major, oldest or a version such as 1.2.0+3.4.5" "previous|previous-minor|previous-major|oldest|[0-9]+[.][0-9]+[.][0-9]+[^ ]*");
        default = [ "previous" ];
        example = [ "previous" "oldest" ];
        description = "Each gives one upgrade; `previous` one more, from the published version whose label the commit still bears.";
      };
      notApplicable = reason // { description = "Why no upgrade can be tried; shown in every result."; };
    };
  };
  backup = {
    default = { };
    description = "Whether backup and restore apply, and how a restore is tried.";
    type = t.record {
      notApplicable = reason // {
        example = "the app keeps no data";
        description = "Why there is nothing to back up; shown in every result.";
      };
      restore = {
        type = t.listOf (t.enum [ "in-place" "fresh" "volumes-destroyed" ]);
        default = [ "in-place" "fresh" ];
        example = [ "in-place" ];
        description = "Over the changed app, into a fresh deployment, or after its volumes were destroyed.";
      };
    };
  };
  local = {
    default = { };
    description = "The recipe repository's own `tests/`.";
    type = t.record {
      notApplicable = reason // {
        example = "they need an account elsewhere";
        description = "Why they are not run; shown in every result.";
      };
    };
  };

  limits = {
    default = { };
    description = "How long things may take.";
    type = t.record {
      deploy = limit "10m" "From the deploy to a converged stack." // { example = "20m"; };
      step = limit "30s" "One step that names no `timeout`.";
      run = limit "45m" "The whole run, its clean-up excluded.";
      pull = limit "15m" "All image pulls together.";
    };
  };

  policy = {
    default = { };
    description = "What this recipe may do that the policy forbids otherwise.";
    type = t.record {
      exceptions = {
        type = t.listOf entries.exception;
        default = [ ];
        example = [ {
          rule = "capability";
          place = "service app: cap_add[0]";
          found = "NET_ADMIN";
          reason = "the media relay binds a low port";
        } ];
        description = "Findings to let pass. Only those of the default branch count, never a pull request's.";
      };
    };
  };
}
