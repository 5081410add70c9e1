package supervise

import (
	"fmt"
	"net"
	"os"
	"strings"
)

// notifySocket is the variable of sd_notify(3).
const notifySocket = "NOTIFY_SOCKET"

const readyMessage = "READY=1"

// Ready says to the supervisor of this process that it is ready, and takes the address
// out of the environment, so that no child speaks for it. Without a supervisor it does nothing.
func Ready() error {
	address := os.Getenv(notifySocket)
	if address == "" {
		return nil
	}
	if err := os.Unsetenv(notifySocket); err != nil {
		return err
	}
	conn, err := net.Dial("unixgram", address) // a leading @ is an abstract name in both conventions
	if err == nil {
		_, err = conn.Write([]byte(readyMessage))
		conn.Close()
	}
	if err != nil {
		return fmt.Errorf("tell the supervisor that the process is ready: %w", err)
	}
	return nil
}

// listen gives a socket that Ready can reach, under a name that nobody guesses.
func listen(random string) (*net.UnixConn, error) {
	return net.ListenUnixgram("unixgram", &net.UnixAddr{Name: "@cc-ci-ready-" + random, Net: "unixgram"})
}

// isReady looks for the assignment among the lines of one message.
func isReady(message string) bool {
	for line := range strings.Lines(message) {
		if strings.TrimSpace(line) == readyMessage {
			return true
		}
	}
	return false
}
