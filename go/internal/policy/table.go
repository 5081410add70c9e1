package policy

import (
	"coopcloud.tech/cc-ci/internal/finding"
	"coopcloud.tech/cc-ci/internal/recipe"
)

const (
	ruleCommands = "commands-not-run"
	ruleUnused   = "unused-exception"
)

// table holds every rule. A row without a judge is found while the recipe is read
// (recipe.Problem) or by Check itself.
var table = []rule{
	{Rule: finding.Rule{
		ID: "host-bind", Severity: finding.Refuse,
		What: "a mount of a path of the host: `type: bind`, `/path:/path`, `./path:/path`, or any type but `volume` and `tmpfs`",
		Why:  "reads or changes the server's files, and through them everything else",
		Mend: "use a named volume, or a config or secret with `file:` for a file of the recipe",
	}, judge: hostBind, created: true},
	{Rule: finding.Rule{
		ID: "docker-socket", Severity: finding.Refuse,
		What: "a mount that holds the Docker socket",
		Why:  "whoever has the socket is root on the server",
		Mend: "a recipe under test gets no socket: leave the mount out",
	}, judge: dockerSocket, created: true},
	{Rule: finding.Rule{
		ID: "volume-driver", Severity: finding.Refuse,
		What: "a volume whose driver isn't `local`, or with `driver_opts` other than a plain tmpfs",
		Why:  "driver options mount host paths (`o: bind`), devices and remote file systems under a harmless name",
		Mend: "leave driver and driver_opts out; for memory use `type: tmpfs` in the service",
	}, judge: volumeDriver, created: true},
	{Rule: finding.Rule{
		ID: "device", Severity: finding.Refuse,
		What: "`devices`", Why: "hands a device of the host to the app", Mend: "leave devices out",
	}, judge: values(never, "devices")},
	{Rule: finding.Rule{
		ID: "capability", Severity: finding.Refuse,
		What: "`cap_add` of a capability beyond those that Docker gives every container",
		Why:  "added capabilities (SYS_ADMIN, NET_ADMIN, ...) reach the kernel that all apps share",
		Mend: "leave it out; taking one of Docker's own back after `cap_drop` is allowed",
	}, judge: values(ordinaryCapability, "cap_add"), created: true},
	{Rule: finding.Rule{
		ID: "privileged", Severity: finding.Refuse,
		What: "`privileged: true`", Why: "a privileged container is the host", Mend: "leave privileged out",
	}, judge: values(never, "privileged")},
	{Rule: finding.Rule{
		ID: "host-namespace", Severity: finding.Refuse,
		What: "`network_mode`, `pid`, `ipc`, `userns_mode`, `cgroupns_mode` other than private, or `cgroup_parent`",
		Why:  "shares the processes, the network or the limits of the host or of another container",
		Mend: "leave it out: each service has namespaces of its own",
	}, judge: hostNamespace},
	{Rule: finding.Rule{
		ID: "security-opt", Severity: finding.Refuse,
		What: "`security_opt` other than `no-new-privileges`, `credential_spec`, `isolation`, a seccomp, AppArmor or SELinux setting",
		Why:  "takes away what confines the container",
		Mend: "leave it out; `no-new-privileges:true` is allowed",
	}, judge: securityOptions, created: true},
	{Rule: finding.Rule{
		ID: "published-port", Severity: finding.Refuse,
		What: "`ports`", Why: "takes a port of the server, past the router and its TLS, and collides with every other run",
		Mend: "leave ports out and let a router label name the container's port",
	}, judge: values(never, "ports"), created: true},
	{Rule: finding.Rule{
		ID: "sysctl", Severity: finding.Refuse,
		What: "`sysctls` outside the container's own namespaces",
		Why:  "changes the kernel for every app", Mend: "only net.* and the IPC settings are a container's own",
	}, judge: values(ownSysctl, "sysctls"), created: true},
	{Rule: finding.Rule{
		ID: "oom-score", Severity: finding.Refuse,
		What: "a created service with a negative `oom_score_adj` (the loader drops the key from compose files)", Why: "when memory is short, the server's own processes die first", Mend: "leave it out",
	}, judge: values(mildOOM, "oom_score_adj"), created: true},
	{Rule: finding.Rule{
		ID: "ulimit", Severity: finding.Refuse,
		What: "`ulimits.rtprio`", Why: "lets the app run before everything else on its processors: the engine, the router, other runs",
		Mend: "leave it out; `nofile`, `nproc` and `memlock` are allowed",
	}, judge: values(noRealtime, "ulimits"), created: true},
	{Rule: finding.Rule{
		ID: "replicas", Severity: finding.Refuse,
		What: "more than 20 replicas of a service", Why: "uses up the server", Mend: "give a number that the test needs",
	}, judge: values(fewReplicas, "deploy.replicas"), created: true},
	{Rule: finding.Rule{
		ID: "services", Severity: finding.Refuse,
		What: "more than 40 services, or more than 100 tasks of all services together", Why: "uses up the server",
		Mend: "test the part of it that one app needs",
	}, judge: fewServices, created: true},
	{Rule: finding.Rule{
		ID: "objects", Severity: finding.Refuse,
		What: "more than 40 networks, or more than 200 volumes, secrets and configs together",
		Why:  "networks take addresses that all apps share, and each object takes time to make and to remove",
		Mend: "test the part of it that one app needs",
	}, judge: fewObjects, created: true},
	{Rule: finding.Rule{
		ID: "log-driver", Severity: finding.Refuse,
		What: "a `logging` driver that sends logs elsewhere", Why: "the engine, not the container, opens the connection, from the host's network",
		Mend: "use json-file or local, or leave logging out",
	}, judge: values(among("", "json-file", "local", "none", "journald"), "logging.driver"), created: true},
	{Rule: finding.Rule{
		ID: "log-buffer", Severity: finding.Refuse,
		What: "the `logging` option `max-buffer-size` with more than 16 MiB", Why: "the engine itself keeps that buffer in memory, outside of the app's limits",
		Mend: "leave it out: 1 MiB is the engine's own",
	}, judge: values(smallBuffer, "logging.options.max-buffer-size"), created: true},
	{Rule: finding.Rule{
		ID: "build", Severity: finding.Refuse,
		What: "`build`", Why: "swarm deploys images; what a builder would run is the pull request's", Mend: "name an image",
	}, judge: values(never, "build")},
	{Rule: finding.Rule{
		ID: "external-link", Severity: finding.Refuse,
		What: "`external_links`", Why: "reaches containers of other apps", Mend: "use a network of the stack",
	}, judge: values(never, "external_links")},
	{Rule: finding.Rule{
		ID: "service-runtime", Severity: finding.Refuse,
		What: "a created service that isn't a container, such as an engine plugin", Why: "plugins run as root on the host",
		Mend: "deploy containers only",
	}, judge: values(among("", "container"), "runtime"), created: true},
	{Rule: finding.Rule{
		ID: "external-network", Severity: finding.Refuse,
		What: "an external network, or one with a name of its own, but the router's network and the stack's",
		Why:  "puts the app beside services that trust their network",
		Mend: "use the router's network, or a network that the recipe declares",
	}, judge: externalNetwork, created: true},
	{Rule: finding.Rule{
		ID: "network-driver", Severity: finding.Refuse,
		What: "a network driver other than overlay, or driver options other than encryption and MTU",
		Why:  "macvlan, host and bridge networks reach the host's own network", Mend: "leave driver and driver_opts out",
	}, judge: networkDriver, created: true},
	{Rule: finding.Rule{
		ID: "network-alias", Severity: finding.Refuse,
		What: "an alias on the router's network that is neither the stack's nor a host of the run, or a service there that is called like a host or like another stack's service",
		Why:  "answers in the name of another app or of the router", Mend: "begin the alias with ${STACK_NAME}_, and give the service a short name",
	}, judge: networkAlias, created: true},
	{Rule: finding.Rule{
		ID: "fixed-subnet", Severity: finding.Warn,
		What: "a network with a subnet of its own", Why: "two runs at once collide", Mend: "leave ipam out",
	}, judge: fixedSubnet},
	{Rule: finding.Rule{
		ID: "external-volume", Severity: finding.Refuse,
		What: "an external volume, or a volume's `name`, outside the stack", Why: "reads or changes another app's data",
		Mend: "leave name out, or begin it with ${STACK_NAME}_",
	}, judge: foreignObject("volume"), created: true},
	{Rule: finding.Rule{
		ID: "external-secret", Severity: finding.Refuse,
		What: "a secret whose name is outside the stack", Why: "reads another app's secret",
		Mend: "name it ${STACK_NAME}_<name>_<version>",
	}, judge: foreignObject("secret"), created: true},
	{Rule: finding.Rule{
		ID: "external-config", Severity: finding.Refuse,
		What: "a config whose name is outside the stack", Why: "reads or takes the place of another app's config",
		Mend: "name it ${STACK_NAME}_<name>_<version>",
	}, judge: foreignObject("config"), created: true},
	{Rule: finding.Rule{
		ID: "secret-driver", Severity: finding.Refuse,
		What: "a secret or config with a `driver`", Why: "a plugin on the host makes its content", Mend: "leave driver out",
	}, judge: secretDriver},
	{Rule: finding.Rule{
		ID: "template", Severity: finding.Refuse,
		What: "a `template_driver` other than golang, or a placeholder `{{...}}` in the name of an object or a mount's source",
		Why:  "the engine fills placeholders in after the names were judged", Mend: "write the name out, with ${...} variables",
	}, judge: templates, created: true},
	{Rule: finding.Rule{
		ID: "router-host", Severity: finding.Refuse,
		What: "a router that answers for hosts other than the run's: each alternative of its rule needs `Host` or `HostSNI` with the run's hosts",
		Why:  "takes requests, and passwords, that are meant for other apps",
		Mend: "write Host(`${DOMAIN}`), and declare further hosts in the recipe's `hosts`",
	}, judge: routerHost, created: true},
	{Rule: finding.Rule{
		ID: "router-name", Severity: finding.Refuse,
		What: "a Traefik router or service whose name lacks ${STACK_NAME}", Why: "two apps that use the same name lose both their routes",
		Mend: "put ${STACK_NAME} into the name",
	}, judge: routerName, created: true},
	{Rule: finding.Rule{
		ID: "middleware-foreign", Severity: finding.Refuse,
		What: "a Traefik middleware in another run's name", Why: "a middleware that is declared twice is lost, and with it the other's routes",
		Mend: "put ${STACK_NAME} into the name",
	}, judge: middlewareName(true), created: true},
	{Rule: finding.Rule{
		ID: "middleware-name", Severity: finding.Warn,
		What: "a Traefik middleware whose name lacks ${STACK_NAME}", Why: "two apps of this recipe on one server share it, or lose it",
		Mend: "put ${STACK_NAME} into the name",
	}, judge: middlewareName(false), created: true},
	{Rule: finding.Rule{
		ID: "router-entrypoint", Severity: finding.Refuse,
		What: "a router on an entry point other than `web` and `web-secure`", Why: "listens on ports that other apps or the operator own",
		Mend: "use web-secure",
	}, judge: routerEntrypoint, created: true},
	{Rule: finding.Rule{
		ID: "router-reference", Severity: finding.Refuse,
		What: "a router or service that uses a Traefik service or middleware which the recipe doesn't declare, such as `api@internal` or `x@file`",
		Why:  "`api@internal` is the router's own dashboard; others are another app's", Mend: "declare it in the recipe's labels",
	}, judge: routerReference, created: true},
	{Rule: finding.Rule{
		ID: "router-target", Severity: finding.Refuse,
		What: "a label that makes Traefik itself connect, read files or load plugins: a server's `url`, a port or scheme that is none, `forwardauth.address` outside the stack, `usersfile`, `ratelimit.redis`, a middleware that isn't one of Traefik's own (`plugin`), a network that isn't the router's",
		Why:  "Traefik reaches what the app can't: the host, other apps, its own files", Mend: "let the label name a port of the service",
	}, judge: routerTarget, created: true},
	{Rule: finding.Rule{
		ID: "router-tls", Severity: finding.Refuse,
		What: "a certificate resolver, or labels that change the router's TLS stores", Why: "asks a certificate authority for certificates, or replaces the server's",
		Mend: "write tls.certresolver=${LETS_ENCRYPT_ENV}, which is empty here",
	}, judge: routerTLS, created: true},
	{Rule: finding.Rule{
		ID: "router-udp", Severity: finding.Refuse,
		What: "a UDP router", Why: "UDP has no host to tell apps apart: it takes the whole port", Mend: "it can't be tested here: leave it out of the tested compose files",
	}, judge: routerUDP, created: true},
	{Rule: finding.Rule{
		ID: "foreign-label", Severity: finding.Refuse,
		What: "labels of the engine (`com.docker.*`), of cc-ci, of another app's `coop-cloud.<stack>.*`, or of the backup service",
		Why:  "passes the app off as another, so that it is backed up, upgraded or removed in its place", Mend: "use labels coop-cloud.${STACK_NAME}.* only",
	}, judge: foreignLabel, created: true},
	{Rule: finding.Rule{
		ID: "label-key", Severity: finding.Refuse,
		What: "a label key with characters other than plain printable ones, or with a part that ends in `]` without a `[`",
		Why:  "what reads labels may take it for another key, or break down on it, as Traefik does on the bracket",
		Mend: "write the key in plain letters",
	}, judge: labelKey, created: true},
	{Rule: finding.Rule{
		ID: "backup-path", Severity: finding.Refuse,
		What: "a path in `backupbot.backup.volumes.*.path` that leads out of the volume", Why: "the backup service, which sees all volumes, would save and restore another app's",
		Mend: "name paths inside the volume",
	}, judge: backupPath, created: true},
	{Rule: finding.Rule{
		ID: recipe.RuleOutside, Severity: finding.Refuse,
		What: "a compose file, `env_file`, `file:` or `.env.sample` that leads out of the checkout or is no regular file",
		Why:  "reads files of the server into the app", Mend: "name a file of the recipe",
	}},
	{Rule: finding.Rule{
		ID: recipe.RuleSymlink, Severity: finding.Refuse,
		What: "a symbolic link anywhere in the checkout that leads out of it", Why: "whatever reads the checkout by name follows it to the server's files",
		Mend: "replace the link by a file",
	}},
	{Rule: finding.Rule{
		ID: recipe.RuleDriverKey, Severity: finding.Refuse,
		What: "STACK_NAME in `.env.sample`, or an `export` of STACK_NAME, TYPE, DOMAIN, COMPOSE_FILE, LETS_ENCRYPT_ENV or *_CMDS in `abra.sh`",
		Why:  "abra would deploy under another app's name, or run commands", Mend: "leave it out: the driver sets it",
	}},
	{Rule: finding.Rule{
		ID: recipe.RuleInvalid, Severity: finding.Refuse,
		What: "a compose file or env file that doesn't load: unknown keys, `extends`, `include`, several documents",
		Why:  "what the loader doesn't understand can't be judged", Mend: "see the loader's message",
	}},
	{Rule: finding.Rule{
		ID: recipe.RuleTooLarge, Severity: finding.Refuse,
		What: "a file or checkout beyond any real recipe's size, deep nesting, aliases or variables that multiply",
		Why:  "uses up the server before anything is judged", Mend: "make it smaller",
	}},
	{Rule: finding.Rule{
		ID: "ignored-key", Severity: finding.Info,
		What: "a key that swarm ignores: `container_name`, `restart`, `shm_size`, `mac_address`, `links`", Why: "it has no effect",
		Mend: "swarm ignores it",
	}, judge: values(never, "container_name", "restart", "shm_size", "mac_address", "links")},
	{Rule: finding.Rule{
		ID: ruleCommands, Severity: finding.Info,
		What: "`*_CMDS` in `.env.sample`", Why: "abra would run functions of abra.sh after a deploy; cc-ci doesn't", Mend: "it is not run here",
	}},
	{Rule: finding.Rule{
		ID: ruleUnused, Severity: finding.Info,
		What: "an exception in `recipes/<name>` that nothing needs", Why: "it would let something else pass later", Mend: "remove the exception",
	}},
}
