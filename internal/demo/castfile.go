package demo

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/yinxin-org/yinxin/internal/catalog"
)

// CastFile is the name of the file in the data folder that lists the people and firms of the stories, so that
// whoever opens a case by hand, or by a test, knows what codes to type.
const CastFile = "cast.json"

// Member is one entry of CastFile.
type Member struct {
	Key            string             `json:"key"`
	Name           string             `json:"name"`
	Code           string             `json:"code"` // of a person: 公民身份号码; of a firm: 统一社会信用代码
	Kind           catalog.HolderKind `json:"kind"`
	Representative string             `json:"representative,omitempty"` // the key of a firm's legal representative
	Note           string             `json:"note"`
}

// Members are the people and firms of the stories, in the order of the cast.
func (c *City) Members() []Member {
	keys := map[string]string{}
	var list []Member
	for _, h := range c.Holders {
		if h.Key == "" {
			continue
		}
		keys[h.Code] = h.Key
		list = append(list, Member{Key: h.Key, Name: h.Name, Code: h.Code, Kind: h.Kind, Representative: h.Representative, Note: h.Note})
	}
	for i, m := range list {
		list[i].Representative = keys[m.Representative]
	}
	return list
}

// writeCast lists the cast in a file that only the owner reads.
func (s *setup) writeCast() error {
	b, err := json.MarshalIndent(s.city.Members(), "", "  ")
	if err != nil {
		return fmt.Errorf("list the cast: %w", err)
	}
	return os.WriteFile(filepath.Join(s.app.Config.Data, CastFile), append(b, '\n'), 0o600)
}
