// Command measure is the part of scripts/bench-ofd.sh that is no benchmark itself: "contents" lays down the licenses'
// contents for ofdrw, "report" reads what all benchmarks printed and compares them. The last line is JSON.
package main

import (
	"fmt"
	"os"
)

func main() {
	err := fmt.Errorf("usage: measure contents DIR | measure report FILE…")
	if args := os.Args[1:]; len(args) > 1 {
		switch args[0] {
		case "contents":
			err = contents(args[1])
		case "report":
			err = report(args[1:], os.Stdout)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}
