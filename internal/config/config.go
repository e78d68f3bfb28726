// Package config reads how an installation is set up. Every field has a usable zero or says that it is needed;
// a name that is not known is an error, so that a slip of the pen does not go unseen.
package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/yinxin-org/yinxin/gbcode"
)

// Config is an installation.
type Config struct {
	Data         string `toml:"data"`          // folder of keys, files and log; needed
	Database     string `toml:"database"`      // "postgres://…" or "sqlite:PATH"; default: SQLite in the data folder
	Listen       string `toml:"listen"`        // HOST:PORT; default 127.0.0.1:8080
	BaseURL      string `toml:"base_url"`      // how the outside reaches the platform, e.g. "https://zz.example.gov.cn"; needed
	TLSCert      string `toml:"tls_cert"`      // PEM files; without them TLS ends in front of this process
	TLSKey       string `toml:"tls_key"`       //
	PlatformUnit string `toml:"platform_unit"` // USCC of the unit that runs the platform and seals annotated copies; needed
	LogOrigin    string `toml:"log_origin"`    // name of the transparency log; default: host of base_url + "/log"
	Anchors      string `toml:"anchors"`       // PEM file of trusted roots; default: anchors.pem in the data folder
	Makers       string `toml:"makers"`        // PEM file of trusted seal makers; default: makers.pem in the data folder
	Timestamper  string `toml:"timestamper"`   // address of the time stamping authority (RFC 3161); the platform's own if empty
	Timestampers string `toml:"timestampers"`  // PEM file of trusted time stamping authorities; default: timestampers.pem in the data folder
	MatterSource string `toml:"matter_source"` // address of the matter office's system, read every hour; none if empty
	// LicenseSources are the systems of offices that keep a kind of license, asked for the state of one before it is used.
	LicenseSources []LicenseSource `toml:"license_sources"`
	// Registers are base registers (基础库), asked before a license is made whose type has rules for them.
	Registers []Register `toml:"registers"`
	// FaceCheck is the service by which holders confirm themselves by face (实人核验); none if empty.
	FaceCheck FaceCheck `toml:"face_check"`
	// Keys are signing keys that lie outside the data folder: in a device, or at a seal platform.
	Keys []Key `toml:"keys"`
	// Witnesses are other offices' witnesses of the log, asked to cosign each checkpoint. WitnessQuorum is how many of them
	// must have, before a checkpoint counts as cosigned; all if 0.
	Witnesses     []Witness `toml:"witnesses"`
	WitnessQuorum int       `toml:"witness_quorum"`
	// Proxies are the networks of reverse proxies whose X-Forwarded-For is believed, such as "10.0.0.0/8".
	Proxies []netip.Prefix `toml:"proxies"`
	// PushNetworks are the networks, beside the public internet, in which systems may be told of events, such as
	// "10.8.0.0/16" of a government intranet. Their addresses are entered on a page, so none is open by itself.
	PushNetworks []netip.Prefix `toml:"push_networks"`
}

// LicenseSource is a system that keeps licenses of some types (证照来源系统).
type LicenseSource struct {
	Name  string   `toml:"name"`  // as people are told when it does not answer
	URL   string   `toml:"url"`   // its address
	Key   string   `toml:"key"`   // PEM file of the SM2 public key that signs its answers
	Types []string `toml:"types"` // codes of the license types it keeps
}

// Register is a base register (人口库、法人库、事业单位库).
type Register struct {
	Kind string `toml:"kind"` // population, legal or institution
	Name string `toml:"name"` // as people are told
	URL  string `toml:"url"`  // its address
	Key  string `toml:"key"`  // PEM file of the SM2 public key that signs its answers
}

// Witness is another office's witness of the log (见证方), as "yinxin witness" runs one.
type Witness struct {
	Name string `toml:"name"` // as people are told of it
	URL  string `toml:"url"`  // its address
	Key  string `toml:"key"`  // its public key, the line of its witness.pub
}

// FaceCheck is a service that compares faces with what the police keep (实人核验).
type FaceCheck struct {
	URL string `toml:"url"` // its address
	Key string `toml:"key"` // PEM file of the SM2 public key that signs its answers
}

// Key is a signing key that lies in a cryptographic device (Library) or at a seal platform (URL).
type Key struct {
	ID string `toml:"id"` // under which the platform uses it, such as key_id of a seal, or "timestamp"

	Library  string `toml:"library"`  // path of the device's library (SDF, GM/T 0018)
	Number   uint32 `toml:"number"`   // of the key in the device
	Password string `toml:"password"` // file with the key's password (私钥访问控制码)

	URL    string `toml:"url"`    // address of the seal platform
	Seal   string `toml:"seal"`   // 印章编码
	Public string `toml:"public"` // PEM file of the seal's public key
	Answer string `toml:"answer"` // PEM file of the public key that signs the seal platform's answers
}

func (k Key) check() error {
	device := k.Library != "" && k.Password != "" && k.URL == ""
	remote := k.URL != "" && k.Seal != "" && k.Public != "" && k.Answer != "" && k.Library == ""
	if k.ID == "" || !device && !remote {
		return errors.New("each of keys needs id, and either library, number and password, or url, seal, public and answer")
	}
	return nil
}

// Read reads a TOML file.
func Read(path string) (Config, error) {
	var c Config
	meta, err := toml.DecodeFile(path, &c)
	if err != nil {
		return Config{}, fmt.Errorf("read %s: %w", path, err)
	}
	if extra := meta.Undecoded(); len(extra) > 0 {
		return Config{}, fmt.Errorf("read %s: unknown setting %q", path, extra[0].String())
	}
	return c, c.Complete()
}

// Complete fills defaults and says what is missing.
func (c *Config) Complete() error {
	if c.Data == "" {
		return errors.New("setting data is needed: the folder of keys and files")
	}
	if c.PlatformUnit == "" {
		return errors.New("setting platform_unit is needed: the credit code of the unit that runs the platform")
	}
	if err := gbcode.CheckUSCC(c.PlatformUnit); err != nil {
		return fmt.Errorf("setting platform_unit must be a credit code: %w", err)
	}
	if c.BaseURL == "" {
		return errors.New(`setting base_url is needed: the address people use, such as "https://zz.example.gov.cn"`)
	}
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New(`setting base_url must be an http or https address, such as "https://zz.example.gov.cn"`)
	}
	if c.MatterSource != "" {
		if u, err := url.Parse(c.MatterSource); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return errors.New(`setting matter_source must be an http or https address, such as "https://sxgl.example.gov.cn/api"`)
		}
	}
	if c.Timestamper != "" {
		if u, err := url.Parse(c.Timestamper); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return errors.New(`setting timestamper must be an http or https address, such as "https://tsa.example.gov.cn/tsp"`)
		}
	}
	for _, k := range c.Keys {
		if err := k.check(); err != nil {
			return err
		}
	}
	for _, s := range c.LicenseSources {
		if s.Name == "" || s.URL == "" || s.Key == "" || len(s.Types) == 0 {
			return errors.New("each of license_sources needs name, url, key and types")
		}
	}
	for _, r := range c.Registers {
		if r.Kind == "" || r.Name == "" || r.URL == "" || r.Key == "" {
			return errors.New("each of registers needs kind, name, url and key")
		}
	}
	for _, w := range c.Witnesses {
		if w.Name == "" || w.URL == "" || w.Key == "" {
			return errors.New("each of witnesses needs name, url and key")
		}
	}
	if c.WitnessQuorum < 0 || c.WitnessQuorum > len(c.Witnesses) {
		return errors.New("setting witness_quorum must not be above the number of witnesses")
	}
	if c.WitnessQuorum == 0 {
		c.WitnessQuorum = len(c.Witnesses)
	}
	if (c.FaceCheck.URL == "") != (c.FaceCheck.Key == "") {
		return errors.New("face_check needs url and key")
	}
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return errors.New("settings tls_cert and tls_key go together")
	}
	fill := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	fill(&c.Database, "sqlite:"+filepath.Join(c.Data, "yinxin.db"))
	fill(&c.Listen, "127.0.0.1:8080")
	fill(&c.LogOrigin, u.Hostname()+"/log")
	fill(&c.Anchors, filepath.Join(c.Data, "anchors.pem"))
	fill(&c.Makers, filepath.Join(c.Data, "makers.pem"))
	fill(&c.Timestampers, filepath.Join(c.Data, "timestampers.pem"))
	return os.MkdirAll(c.Data, 0o700)
}
