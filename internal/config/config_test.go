package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/yinxin-org/yinxin/internal/config"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "yinxin.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadFillsDefaults(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	c, err := config.Read(write(t, `
data = "`+dir+`"
base_url = "https://zz.example.gov.cn/"
platform_unit = "11350100YX001010XH"
`))
	if err != nil {
		t.Fatal(err)
	}
	want := config.Config{
		Data: dir, Database: "sqlite:" + filepath.Join(dir, "yinxin.db"), Listen: "127.0.0.1:8080", BaseURL: "https://zz.example.gov.cn",
		PlatformUnit: "11350100YX001010XH", LogOrigin: "zz.example.gov.cn/log",
		Anchors: filepath.Join(dir, "anchors.pem"), Makers: filepath.Join(dir, "makers.pem"),
		Timestampers: filepath.Join(dir, "timestampers.pem"),
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v", info, err)
	}
}

func TestReadKeepsWhatIsSet(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c, err := config.Read(write(t, `
data = "`+dir+`"
database = "postgres://yinxin@localhost/yinxin"
listen = "0.0.0.0:443"
base_url = "http://10.0.0.1:8080"
tls_cert = "a.pem"
tls_key = "b.pem"
platform_unit = "11350100YX001010XH"
log_origin = "log.example"
anchors = "roots.pem"
makers = "makers.pem"
timestampers = "tsa.pem"
`))
	if err != nil {
		t.Fatal(err)
	}
	want := config.Config{Data: dir, Database: "postgres://yinxin@localhost/yinxin", Listen: "0.0.0.0:443", BaseURL: "http://10.0.0.1:8080",
		TLSCert: "a.pem", TLSKey: "b.pem", PlatformUnit: "11350100YX001010XH", LogOrigin: "log.example", Anchors: "roots.pem", Makers: "makers.pem",
		Timestampers: "tsa.pem"}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	const rest = "\nbase_url = \"https://zz.example.gov.cn\"\nplatform_unit = \"11350100YX001010XH\"\n"
	for name, c := range map[string]struct{ text, says string }{
		"no folder":           {rest, "data"},
		"no unit":             {"data = \"x\"\nbase_url = \"https://zz.example.gov.cn\"", "platform_unit"},
		"unit of no code":     {"data = \"x\"\nbase_url = \"https://zz.example.gov.cn\"\nplatform_unit = \"123\"", "platform_unit"},
		"no address":          {"data = \"x\"\nplatform_unit = \"11350100YX001010XH\"", "base_url"},
		"address of a file":   {"data = \"x\"\nplatform_unit = \"11350100YX001010XH\"\nbase_url = \"file:///etc\"", "base_url"},
		"address without way": {"data = \"x\"\nplatform_unit = \"11350100YX001010XH\"\nbase_url = \"zz.example.gov.cn\"", "base_url"},
		"half of TLS":         {"data = \"x\"\ntls_cert = \"a\"" + rest, "tls_key"},
		"timestamper's file":  {"data = \"x\"\ntimestamper = \"tsa.pem\"" + rest, "timestamper"},
		"key nowhere":         {"data = \"x\"" + rest + "[[keys]]\nid = \"a\"\nlibrary = \"lib.so\"\n", "keys"},
		"half a face check":   {"data = \"x\"" + rest + "[face_check]\nurl = \"https://face.example.gov.cn\"\n", "face_check"},
		"a slip of the pen":   {"data = \"x\"\nlistn = \":80\"" + rest, "listn"},
		"wrong kind":          {"data = 5" + rest, "data"},
		"no TOML":             {"data: x", "line 1"},
	} {
		_, err := config.Read(write(t, c.text))
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := config.Read(filepath.Join(t.TempDir(), "nowhere.toml")); err == nil {
		t.Error("a file that is not there was read")
	}
}
