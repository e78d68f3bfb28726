// Gen writes a catalogue as large as a city's as spreadsheets, to try imports with:
//
//	go run ./test/catalogue/gen -types 6000 -matters 20000 -out /tmp/catalogue
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/yinxin-org/yinxin/test/catalogue"
)

func main() {
	var s catalogue.Size
	flag.IntVar(&s.Types, "types", 6000, "how many license types")
	flag.IntVar(&s.Matters, "matters", 20000, "how many matters")
	flag.Uint64Var(&s.Seed, "seed", 1, "the same seed makes the same catalogue")
	out := flag.String("out", "catalogue", "folder to write to")
	flag.Parse()
	if err := write(s, *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(s catalogue.Size, dir string) error {
	c, err := catalogue.New(s)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	for name, to := range map[string]func(io.Writer) error{"regions": c.WriteRegions, "units": c.WriteUnits, "types": c.WriteTypes, "matters": c.WriteMatters} {
		f, err := os.Create(filepath.Join(dir, name+".xlsx"))
		if err != nil {
			return err
		}
		if err := to(f); err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}
