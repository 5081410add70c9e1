// Package standin is an executable with abra's command line that deploys to a real
// Docker Swarm. It stands in for abra in the demo, in tests, and on machines that
// can't have abra; the driver can't tell the difference, and that is its purpose.
//
// Contract: it follows the abra contract, the written account of what is known of
// abra's behaviour. It refuses what abra refuses, names things as abra names them, and
// prints a secret only where abra prints it. Where nobody knows how abra behaves, a
// switch (package switches, CC_CI_STANDIN) chooses between the known candidates. Exit
// status: 0, or 1 with one FATA line on standard error.
//
// Limits: the commands that the driver needs, the local server only, no catalogue, no
// prompts (-n is required where abra would ask), of the lint rules R014 alone. It
// says `abra-standin` where abra says its version, so a report names it rightly.
package standin
