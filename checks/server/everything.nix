# Every option of services.cc-ci, each with another value than its default where it has one. checks/server/default.nix
# sees to it that none is missing here.
let
  secret = name: "/run/secrets/${name}";
in
{
  services.cc-ci = {
    enable = true;
    package = derivation { name = "cc-ci-of-elsewhere"; system = "x86_64-linux"; builder = "none"; };
    profile = "server";
    domain = "ci.example.org";
    organisation = "recipes";
    project = "tests/cc-ci";
    recipes = "enrolled/recipes";
    forge = { url = "https://git.example.org:3000"; bot = "ci-bot"; };
    maxTests = 3;
    buildLimit = 120;
    limits = { memoryMiB = 8192; pids = 2048; logMiB = 128; };
    keepDays = 7;
    memory = "50%";
    minFreeGiB = 100;
    upstream = "https://mirror.example.org/recipes";
    resultsUrl = null;
    swarm = {
      advertiseAddress = "192.0.2.7";
      addressPool = "10.101.0.0/16";
      networkSubnet = "10.100.0.0/16";
      gatewaySubnet = "172.31.0.0/24";
    };
    certificate = { fullchain = "/srv/certificate/fullchain.pem"; privkey = "/srv/certificate/privkey.pem"; };
    traefik = {
      domain = "router.ci.example.org";
      version = "3.6.1+v3.5.0";
      refreshSeconds = 0;
      env = { LOG_LEVEL = "DEBUG"; };
    };
    backup = {
      domain = "backups.ci.example.org";
      version = "2.3.0+2.3.0-beta";
      env = { CRON_SCHEDULE = "30 3 * * *"; };
    };
    drone = {
      package = derivation { name = "drone-of-elsewhere"; system = "x86_64-linux"; builder = "none"; };
      host = "builds.ci.example.org";
      port = 8003;
    };
    runner = {
      package = derivation { name = "runner-of-elsewhere"; system = "x86_64-linux"; builder = "none"; };
      name = "runner-1";
    };
    bridge = { port = 8001; interval = 60; sweepDays = 0; slots = 6; allow = [ "alice" "bob" ]; };
    dashboard = { port = 8002; uploads = true; };
    janitor.every = "*:0/15";
    secretsFolder = null;
    secrets = {
      drone-rpc = secret "rpc";
      webhook-hmac = secret "hook";
      bridge-key = secret "key";
      upload-key = secret "upload";
      drone-token = secret "drone";
      restic-password = secret "restic";
      forge-token = secret "forge";
      forge-application-token = secret "application";
      registry-auth = secret "registry";
      tailnet-key = secret "tailnet";
    };
  };
}
