package catalogue_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/intake"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/pinyin"
	"github.com/yinxin-org/yinxin/test/catalogue"
)

// full is the size of a whole city; `make bench-catalogue` asks for it.
var (
	full  = catalogue.Size{Types: 6000, Matters: 20000, Seed: 1}
	small = catalogue.Size{Types: 150, Matters: 600, Seed: 1}
)

const queries = 200

// median is what a search may take at the median over varied queries.
const median = 100 * time.Millisecond

// A catalogue of a generated city goes in through spreadsheets, is found by words, initials and codes, and its
// coverage is what the generator counts by itself.
func TestCatalogueOfACity(t *testing.T) {
	size := small
	if os.Getenv("YINXIN_CATALOGUE") == "full" {
		size = full
	}
	dbtest.EachURL(t, func(t *testing.T, url string) {
		c, err := catalogue.New(size)
		if err != nil {
			t.Fatal(err)
		}
		p := open(t, url)
		for _, x := range []struct {
			kind  intake.Kind
			write func(io.Writer) error
			want  int
		}{
			{intake.Regions, c.WriteRegions, len(c.Regions)}, {intake.Units, c.WriteUnits, len(c.Units)},
			{intake.Types, c.WriteTypes, len(c.Types)}, {intake.Matters, c.WriteMatters, len(c.Matters)},
		} {
			var file bytes.Buffer
			if err := x.write(&file); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			got := p.bring(t, x.kind, file.Bytes())
			t.Logf("%s: %d rows in %v", x.kind, got.Total, time.Since(began).Round(time.Millisecond))
			if got.State != intake.Done || got.Failed != 0 || got.Changed+got.Unchanged != x.want {
				t.Fatalf("%s: %+v, want %d; %s", x.kind, got, x.want, p.faults(t, got.ID))
			}
			if again := p.bring(t, x.kind, file.Bytes()); again.Changed != 0 || again.Unchanged != x.want {
				t.Errorf("%s again: %+v", x.kind, again)
			}
		}
		p.searches(t, c)
		p.coverage(t, c)
	})
}

// platform is an empty platform.
type platform struct{ *app.App }

var everyRole = &authn.Actor{AccountID: "importer", UnitID: "11350100YX00100116", Roles: []string{"admin", "digital", "matters"}}

func open(t *testing.T, url string) platform {
	t.Helper()
	return openIn(t, t.TempDir(), url)
}

func openIn(t *testing.T, dir, url string) platform {
	t.Helper()
	c := config.Config{Data: dir, Database: url, BaseURL: "https://yinxin.example", PlatformUnit: everyRole.UnitID, LogOrigin: "yinxin.example/test"}
	if err := c.Complete(); err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), app.Options{Config: c, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Hash: authn.Params{MemoryKiB: 64, Passes: 1, Threads: 1}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return platform{a}
}

func (p platform) bring(t *testing.T, kind intake.Kind, file []byte) (got intake.Task) {
	t.Helper()
	ctx := t.Context()
	task, err := p.Imports.Start(ctx, everyRole, intake.Upload{Kind: kind, Mode: intake.Each, Reason: "初始化目录", FileName: string(kind) + ".xlsx", Data: file})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Imports.Work(ctx); err != nil {
		t.Fatal(err)
	}
	p.read(t, func(q *db.Tx) error {
		got, err = p.Imports.Get(ctx, q, everyRole, task.ID)
		return err
	})
	return got
}

func (p platform) read(t *testing.T, fn func(q *db.Tx) error) {
	t.Helper()
	if err := p.DB.Read(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func (p platform) faults(t *testing.T, id string) string {
	t.Helper()
	var text []string
	p.read(t, func(q *db.Tx) error {
		list, _, err := p.Imports.Faults(t.Context(), q, id, 5, 0)
		for _, f := range list {
			text = append(text, fmt.Sprintf("sheet %d row %d %s %s", f.Sheet, f.Row, f.Field, f.Code))
		}
		return err
	})
	return strings.Join(text, "; ")
}

// asked is a search with the code of what it must find, if it is precise.
type asked struct{ words, code string }

// ask makes varied searches: a word, two words, the initials of a part, the whole pinyin, a code, a part of a code.
func ask(i int, name, code string) asked {
	runes := []rune(strings.NewReplacer("（", "", "）", "").Replace(name))
	key := strings.Split(pinyin.Key(string(runes)), "|")
	switch i % 6 {
	case 0:
		return asked{string(runes[:min(4, len(runes))]), ""}
	case 1:
		return asked{string(runes[:2]) + " " + string(runes[len(runes)-2:]), ""}
	case 2:
		return asked{key[2][:min(4, len(key[2]))], ""}
	case 3:
		return asked{key[1], code}
	case 4:
		return asked{code, code}
	}
	return asked{strings.ToLower(code[12:]), code}
}

func (p platform) searches(t *testing.T, c *catalogue.City) {
	t.Helper()
	measure(t, "types", func(ctx context.Context, q *db.Tx, i int) (asked, []string, error) {
		x := c.Types[i*37%len(c.Types)]
		a := ask(i, x.Name, x.Code)
		found, _, err := p.Types.Search(ctx, q, catalog.Filter{Query: a.words, Limit: 100})
		var codes []string
		for _, f := range found {
			codes = append(codes, f.Code)
		}
		return a, codes, err
	}, p)
	measure(t, "matters", func(ctx context.Context, q *db.Tx, i int) (asked, []string, error) {
		x := c.Matters[i*101%len(c.Matters)]
		a := ask(i, c.Items[x.Item].Name, x.Code)
		if i%6 == 3 || i%6 == 5 {
			a.code = "" // many units have the same item
		}
		found, _, err := p.Matters.Search(ctx, q, matter.Filter{Words: a.words, Limit: 30})
		var codes []string
		for _, f := range found {
			codes = append(codes, f.Code)
		}
		return a, codes, err
	}, p)
}

func measure(t *testing.T, what string, search func(context.Context, *db.Tx, int) (asked, []string, error), p platform) {
	t.Helper()
	var took []time.Duration
	for i := range queries {
		p.read(t, func(q *db.Tx) error {
			began := time.Now()
			a, codes, err := search(t.Context(), q, i)
			took = append(took, time.Since(began))
			if err == nil && (len(codes) == 0 || a.code != "" && !slices.Contains(codes, a.code)) {
				t.Errorf("%s: %q does not find %s among %d", what, a.words, a.code, len(codes))
			}
			return err
		})
	}
	slices.Sort(took)
	t.Logf("search %s: median %v, 95%% %v, slowest %v", what, took[len(took)/2], took[len(took)*95/100], took[len(took)-1])
	if took[len(took)/2] > median {
		t.Errorf("search %s takes %v at the median", what, took[len(took)/2])
	}
}

func (p platform) coverage(t *testing.T, c *catalogue.City) {
	t.Helper()
	sum, byLevel, byUnit := c.Coverage()
	read := func(by string) map[string]catalogue.Count {
		got := map[string]catalogue.Count{}
		p.read(t, func(q *db.Tx) error {
			began := time.Now()
			found, _, err := p.Matters.Coverage(t.Context(), q, matter.CoverageBy{By: by})
			t.Logf("coverage by %q: %d rows in %v", by, len(found), time.Since(began))
			for _, x := range found {
				got[x.Key] = catalogue.Count{Matters: x.Matters, Total: x.Total, Bound: x.Bound, Plain: x.Plain, Open: x.Open}
			}
			return err
		})
		return got
	}
	for by, want := range map[string]map[string]catalogue.Count{"": {"0": sum}, "level": byLevel, "unit": byUnit} {
		got := read(by)
		if len(got) != len(want) {
			t.Errorf("coverage by %q has %d rows, want %d", by, len(got), len(want))
		}
		for key, w := range want {
			if got[key] != w {
				t.Errorf("coverage by %q of %s: %+v, want %+v", by, key, got[key], w)
			}
		}
	}
}
