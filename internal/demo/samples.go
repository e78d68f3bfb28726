package demo

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/yinxin-org/yinxin/verify"
)

// samples downloads, as their holders, a license file of every type that the cast holds, with one seal and
// with two, of one holder and of two, with rare characters and long names, and judges each. They stay in
// out/samples for readers that we did not write.
func (f *Flow) samples(ctx context.Context) (any, error) {
	dir := filepath.Join(f.dir, "samples")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	kept := map[string]bool{}
	for _, login := range f.sampleLogins() {
		u, err := f.as(ctx, login)
		if err != nil {
			return nil, err
		}
		var held struct {
			Items []struct {
				ID   string `json:"id"`
				Type struct {
					Code string `json:"code"`
				} `json:"type"`
			} `json:"items"`
		}
		if err := u.call(ctx, http.MethodGet, "/api/v1/me/licenses", nil, &held); err != nil {
			return nil, err
		}
		for _, l := range held.Items {
			if kept[l.Type.Code] && login != "newcomer" {
				continue
			}
			file, err := u.send(ctx, http.MethodGet, "/api/v1/me/licenses/"+l.ID+"/file", "", nil)
			if err != nil {
				return nil, err
			}
			if r := f.server.App.VerifyFile(file); r.Verdict != verify.Valid {
				return nil, fmt.Errorf("a file of type %s is %s: %v", l.Type.Code, r.Verdict, r.Causes)
			}
			if err := os.WriteFile(filepath.Join(dir, l.Type.Code+"-"+login+".ofd"), file, 0o600); err != nil {
				return nil, err
			}
			kept[l.Type.Code] = true
		}
	}
	return map[string]any{"types": len(kept)}, nil
}

// sampleLogins are the accounts made for the sake of a type, and one whose holder has a long name.
func (f *Flow) sampleLogins() []string {
	logins := []string{"owner", "newcomer", "father"}
	for _, login := range slices.Sorted(maps.Keys(f.passwords)) {
		if strings.HasPrefix(login, exampleLogin) {
			logins = append(logins, login)
		}
	}
	return logins
}
