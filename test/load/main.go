// Command load measures how the hall answers many people at once: it starts the demonstration in a folder of its
// own, lets 50, 200 and 500 of them go about what people do there, and says how long pages and answers took.
//
// The last line of its output is JSON. It fails when a request fails at up to 200 users.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// mustHold is the number of users up to which no request may fail.
const mustHold = 200

// options say what is measured.
type options struct {
	binary string
	base   string // of a service that runs already; then data names its folder
	data   string
	users  []int
	stage  time.Duration
	think  time.Duration
}

// result is the last line.
type result struct {
	Cores  int           `json:"cores"`
	Go     string        `json:"go"`
	Think  string        `json:"think"`
	Stages []stageResult `json:"stages"`
}

func main() {
	o, err := parse()
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		err = run(ctx, o, os.Stdout)
		stop()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func parse() (options, error) {
	o := options{}
	users := flag.String("users", "50,200,500", "numbers of users, one stage each")
	flag.StringVar(&o.binary, "binary", "bin/yinxin", "the program to start")
	flag.StringVar(&o.base, "base", "", "address of a demonstration that runs already, instead of starting one")
	flag.StringVar(&o.data, "data", "", "its folder")
	flag.DurationVar(&o.stage, "stage", 20*time.Second, "how long each stage is measured")
	flag.DurationVar(&o.think, "think", 2*time.Second, "how long a person looks at a page before the next, in the mean")
	flag.Parse()
	for w := range strings.SplitSeq(*users, ",") {
		n, err := strconv.Atoi(w)
		if err != nil || n < 1 {
			return o, fmt.Errorf("users: %q is no number of people", w)
		}
		o.users = append(o.users, n)
	}
	return o, nil
}

func run(ctx context.Context, o options, out io.Writer) error {
	if o.base == "" {
		c, err := start(ctx, o.binary)
		if err != nil {
			return err
		}
		defer c.stop()
		o.base, o.data = c.base, c.dir
	}
	h, err := openHall(ctx, o)
	if err != nil {
		return err
	}
	r := result{Cores: runtime.NumCPU(), Go: runtime.Version(), Think: o.think.String()}
	broken := 0
	for _, n := range o.users {
		s := h.stage(ctx, n)
		r.Stages = append(r.Stages, s)
		s.print(out)
		if n <= mustHold {
			broken += s.Errors
		}
	}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, string(line)); err != nil {
		return err
	}
	if broken > 0 {
		return fmt.Errorf("%d requests failed at up to %d users", broken, mustHold)
	}
	return nil
}
