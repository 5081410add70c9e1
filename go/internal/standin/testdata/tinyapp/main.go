// Command tinyapp is the one program of the live tests' image. It serves HTTP, says
// whether it is healthy, fails on demand, and plays backup-bot-two's executable.
package main

import (
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

func main() {
	if filepath.Base(os.Args[0]) == "backup" {
		fmt.Println("args:", strings.Join(os.Args[1:], " "))
		for _, name := range []string{"SERVICE", "MACHINE_LOGS", "SNAPSHOT"} {
			fmt.Printf("%s=%s\n", name, os.Getenv(name))
		}
		return
	}
	verb := "serve"
	if len(os.Args) > 1 {
		verb = os.Args[1]
	}
	switch verb {
	case "env":
		fmt.Println(strings.Join(os.Environ(), "\n"))
	case "fail":
		os.Exit(7)
	case "healthy":
		if os.Getenv("UNHEALTHY") != "" {
			os.Exit(1)
		}
	case "serve":
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM)
		go http.ListenAndServe(":80", http.NotFoundHandler())
		for {
			select {
			case <-stop:
				return
			case <-time.After(time.Second):
				fmt.Println("still here")
			}
		}
	}
}
