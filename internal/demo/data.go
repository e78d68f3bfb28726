package demo

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
)

//go:embed data
var files embed.FS

// Keys of the license types: the names of their files.
const (
	BusinessLicense     = "business-license"
	IdentityCard        = "identity-card"
	RealEstate          = "real-estate"
	FoodPermit          = "food-permit"
	PublicPlaceHygiene  = "public-place-hygiene"
	BirthCertificate    = "birth-certificate"
	MarriageCertificate = "marriage-certificate"
	RoadTransport       = "road-transport"
	ConstructionPermit  = "construction-permit"
	MedicalInstitution  = "medical-institution"
	SocialSecurityCard  = "social-security-card"
	IndustryPermit      = "industry-permit"
	HouseholdRegister   = "household-register"
	Graduation          = "graduation"
	Degree              = "degree"
	Vocational          = "vocational"
	DrivingLicence      = "driving-licence"
	VehicleLicence      = "vehicle-licence"
	DivorceCertificate  = "divorce-certificate"
	RealEstateProof     = "real-estate-proof"
	FoodMaking          = "food-making"
	DrugPermit          = "drug-permit"
	TestingBody         = "testing-body"
	DisabilityCard      = "disability-card"
	SeniorCard          = "senior-card"
	NurseLicence        = "nurse-licence"
	PhysicianLicence    = "physician-licence"
	TeacherLicence      = "teacher-licence"
	SpecialEquipment    = "special-equipment"
	WaterPermit         = "water-permit"
	DrainagePermit      = "drainage-permit"
	Nonprofit           = "nonprofit"
	FundProof           = "fund-proof"
	TaxProof            = "tax-proof"
	HouseholdEntry      = "household-entry"
	InsuranceProof      = "insurance-proof"
)

// Unit is a unit of the demonstration.
type Unit struct{ org.Unit }

// Staff is an invented member of a unit. Passwords are made when the demonstration is set up.
type Staff struct {
	Login string   `json:"login"`
	Name  string   `json:"name"`
	Unit  string   `json:"unit"`
	Roles []string `json:"roles"`
}

// names are the parts that invented names and addresses are put together from.
type names struct {
	Notice    string   `json:"notice"`
	Surnames  []string `json:"surnames"`
	Male      []string `json:"male"`
	Female    []string `json:"female"`
	Rare      []string `json:"rare"` // rare characters, all in 通用规范汉字表
	Minority  []person `json:"minority"`
	Roads     []string `json:"roads"`
	Compounds []string `json:"compounds"`
	FirmWords []string `json:"firmWords"`
}

// person is a member of the cast, or a full name to be used once.
type person struct {
	Key     string   `json:"key"`
	Name    string   `json:"name"`
	Sex     string   `json:"sex"`
	Born    string   `json:"born"`
	Nation  string   `json:"nation"`
	Area    string   `json:"area"`
	Spouse  string   `json:"spouse"`
	Parents []string `json:"parents"`
	Note    string   `json:"note"`
}

// firm is a firm of the cast.
type firm struct {
	Key            string   `json:"key"`
	Name           string   `json:"name"`
	Code           string   `json:"code"` // only for firms that are units too
	Trade          string   `json:"trade"`
	Representative string   `json:"representative"`
	Area           string   `json:"area"`
	Licenses       []string `json:"licenses"`
	Expired        []string `json:"expired"`
	Note           string   `json:"note"`
}

type cast struct {
	Notice  string   `json:"notice"`
	Persons []person `json:"persons"`
	Firms   []firm   `json:"firms"`
}

// trade is what a kind of firm does and which permits it needs.
type trade struct {
	Key         string   `json:"key"`
	Label       string   `json:"label"`
	Scope       string   `json:"scope"`
	Permits     []string `json:"permits"`
	Share       int      `json:"share"` // of a hundred generated firms
	Kind        string   `json:"kind"`
	Items       []string `json:"items"`
	Trade       string   `json:"trade"`
	PublicPlace string   `json:"publicPlace"`
}

// decode reads an embedded file strictly: a misspelt name in it is an error.
func decode(name string, into any) error {
	raw, err := files.ReadFile(path.Join("data", name))
	if err != nil {
		return fmt.Errorf("read demonstration data: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("decode %s: %w", name, err)
	}
	return nil
}

func loadUnits() ([]Unit, error) {
	var f struct {
		Notice string `json:"notice"`
		Units  []Unit `json:"units"`
	}
	err := decode("units.json", &f)
	return f.Units, err
}

// loadMatters gives the items, what units add to them, and the matters that this makes.
func loadMatters() (items []matter.Item, entries []matter.Entry, matters []matter.Matter, err error) {
	var f struct {
		Notice  string         `json:"notice"`
		Items   []matter.Item  `json:"items"`
		Matters []matter.Entry `json:"matters"`
	}
	if err := decode("matters.json", &f); err != nil {
		return nil, nil, nil, err
	}
	for _, e := range f.Matters {
		i := slices.IndexFunc(f.Items, func(i matter.Item) bool { return i.BaseCode == e.BaseCode() })
		if i < 0 {
			return nil, nil, nil, fmt.Errorf("matter %s is of no item", e.Code)
		}
		m, err := matter.Resolve(f.Items[i], e)
		if err != nil {
			return nil, nil, nil, fmt.Errorf("matter %s: %w", e.Code, err)
		}
		matters = append(matters, m)
	}
	return f.Items, f.Matters, matters, nil
}

// loadTypes gives the types in the order of their keys.
func loadTypes() (keys []string, types []catalog.Type, err error) {
	entries, err := files.ReadDir("data/types")
	if err != nil {
		return nil, nil, fmt.Errorf("list license types: %w", err)
	}
	for _, e := range entries {
		var t catalog.Type
		if err := decode("types/"+e.Name(), &t); err != nil {
			return nil, nil, err
		}
		keys = append(keys, strings.TrimSuffix(e.Name(), ".json"))
		types = append(types, t)
	}
	return keys, types, nil
}

// Characters lists, in order, every character the demonstration can show, whatever the seed. Fonts must cover
// them.
func Characters() ([]rune, error) {
	seen := map[rune]bool{}
	err := fs.WalkDir(files, "data", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := files.ReadFile(name)
		for _, r := range string(raw) + phrases {
			seen[r] = seen[r] || r > ' '
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("collect characters: %w", err)
	}
	var all []rune
	for r, drawn := range seen {
		if drawn {
			all = append(all, r)
		}
	}
	slices.Sort(all)
	return all, nil
}
