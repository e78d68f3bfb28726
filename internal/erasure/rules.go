package erasure

import (
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/license"
)

// A rule says what becomes of a table's rows.
type rule struct {
	table string
	where string // which rows, $1 being the holder; "" where nothing of a person stands
	set   string // what of them is emptied; "" takes the rows away
	of    string // "license": the rows belong to licenses, and those of a license that somebody else holds too stay
}

// gone are the rows of licenses that were taken away.
const gone = license.Gone

// own are the rows in the person's shard, or of their queues.
const own = `holder_id = $1`

// rules are carried out in this order, one transaction each, after the keys are destroyed and the files removed. A table stands
// more than once where its rows are found in more than one way. ADR 39 says the same in words; a test holds the list to the
// schema, so that a new table does not come without a decision.
var rules = []rule{
	// Licenses that nobody else holds, and what leads to them. License rows themselves went with the files.
	{table: "license_event", where: gone, of: "license"},
	{table: "license_event", where: own + ` AND words IS NOT NULL`, set: `words = NULL`}, // of a joint license that stays
	{table: "license_part", where: gone, of: "license"},
	{table: "license_file", where: gone, of: "license"},
	{table: "license_index", where: gone, of: "license"},
	{table: "license_number", where: gone, of: "license"},
	{table: "license_code", where: gone, of: "license"},
	{table: "pdf_copy", where: gone, of: "license"},
	{table: "status_entry", where: gone, of: "license"},
	{table: "seal_task", where: gone, of: "license"},
	{table: "reseal_missed", where: gone, of: "license"},
	{table: "unit_making", where: gone, of: "license"},
	{table: "batch_row", where: `state = 'made' AND ` + gone, set: `row_key = '', holder_id = ''`, of: "license"},
	{
		table: "vertical_message", of: "license",
		where: `(system_id, license_key) IN (SELECT system_id, license_key FROM vertical_license WHERE ` + gone + `)`,
	},
	{table: "vertical_license", where: gone, of: "license"},
	{table: "register_answer", where: own},
	{table: "inspection", where: own},
	{table: "unit_inspection", where: own},
	{table: "life_operation", where: own},
	{table: "unit_operation", where: own},

	// Cases and what was written in them.
	{table: "case_party", where: own},
	{table: "case_material", where: own},
	{table: "case_event", where: own},
	{table: "case_attachment", where: own},
	{table: "case_correction", where: own},
	{table: "case_visitor", where: own},
	{table: "commitment", where: own},
	{table: "chase", where: own},
	{table: "late_license", where: own},
	{table: "case_file", where: own},
	{table: "case_index", where: own},
	{table: "unit_case", where: own},
	{table: "bundle", where: own},
	{table: "bundle_wait", where: own},
	{table: "fed_case", where: own},
	{table: "fed_case_index", where: own},
	{table: "provisional_case", where: own},
	{table: "appeal", where: own},
	{table: "appeal_event", where: own},
	{table: "unit_appeal", where: own},
	{table: "availability", where: own},
	{table: "availability_index", where: own},
	{table: "violation", where: own},
	{table: "supervisor_violation", where: own},

	// Showing, lending, allowing.
	{table: "presentation", where: own},
	{table: "presentation_check", where: own},
	{table: "presentation_code", where: own},
	{table: "presence_code", where: own},
	{table: "show_request", where: `asker_holder = $1 OR holder_id = $1`},
	{table: "consent", where: own},
	{table: "authorisation_place", where: `authorisation_id IN (SELECT authorisation_id FROM authorisation WHERE holder_id = $1)`},
	{table: "authorisation", where: own},
	{table: "authorisation_index", where: own},
	{table: "show_receipt", where: own},
	{table: "unit_receipt", where: `other_holder = $1`},
	{table: "license_share", where: own},
	{table: "share_link", where: own},
	{table: "share_event", where: own},
	{table: "use_grant", where: own},
	{table: "use_token", where: own},
	{table: "use_told", where: own},
	{table: "inspection_task", where: own},
	{table: "inspection_finding", where: own},
	{table: "inspector_task", where: own},
	{table: "break_glass", where: own},

	// The person themselves.
	{table: "notice", where: own},
	{
		table: "relation", // of the others first: they are found by the person's
		where: `holder_id <> $1 AND relation_id IN (SELECT relation_id FROM relation WHERE holder_id = $1)`,
	},
	{table: "relation", where: own},
	{table: "idempotency", where: `EXISTS (SELECT 1 FROM account a WHERE a.holder_id = $1 AND request_key LIKE a.account_id || '|%')`},

	// What proves: the rows stay, what they say goes.
	{table: "access_record", where: own + ` AND length(purpose) > 0`, set: `purpose = ''`},
	{table: "log_leaf", where: own + ` AND length(opening) > 1`, set: `opening = '` + evidence.Erased + `'`},

	// Last: what the other rules find their rows by.
	{table: "license_link", where: own},
}

// elsewhere are tables that no rule names, because a step of its own deals with them.
var elsewhere = map[string]string{
	"holder":         "keys: the profile is emptied; the row stays, for other holders' cases name it",
	"holder_key":     "keys: another key takes the place of the person's",
	"license_key":    "keys: the person's wraps go; those of other holders stay",
	"holder_index":   "approval: nobody finds the person any more",
	"account":        "keys: without name, login name and password; the row stays, for records name it",
	"account_factor": "keys", "face_check": "keys", "login_attempt": "keys", "session": "approval",
	"license": "files: those that nobody else holds",
	"erasure": "the words are emptied with the keys",
}

// stays are tables with nothing of a person, or nothing but ids that lead nowhere once the index is gone.
var stays = map[string]string{
	"log_entry": "order of the log", "log_lease": "log", "log_map": "log", "log_map_row": "blinded labels and digests", "log_witness": "log",
	"numbering": "counters", "installation": "of the installation", "unit": "units", "unit_event": "units", "region": "units",
	"config_change": "configuration", "config_task": "configuration", "code_table": "configuration", "calendar_day": "configuration",
	"calendar_year": "configuration", "duty": "staff", "mandate": "staff", "license_type": "catalogue", "type_draft": "catalogue",
	"type_claim": "catalogue", "type_entry": "catalogue", "type_handover": "catalogue", "bound_type": "catalogue", "list_entry": "catalogue",
	"standard": "catalogue", "standard_type": "catalogue", "material_binding": "catalogue", "matter": "catalogue", "matter_alias": "catalogue",
	"matter_finding": "catalogue", "matter_item": "catalogue", "matter_material": "catalogue", "matter_sync": "catalogue",
	"system_matter": "catalogue", "life_event": "catalogue", "stock_plan": "numbers", "deadline": "case numbers and units",
	"scenario_verifier": "units", "application": "systems", "application_use": "numbers", "request_nonce": "nonces", "system_key": "systems",
	"system_clerk": "staff", "unit_system": "systems", "subscription": "systems", "followed_license": "random ids",
	"feed_message": "numbers and keyed digests of messages, without a code", "feed_tally": "numbers",
	"vertical_day": "numbers", "vertical_system": "numbers", "vertical_wish": "names that the system gave",
	"seal": "a person with a seal is not erased", "seal_request": "units", "seal_request_unit": "units", "seal_event": "units",
	"seal_use": "ids of licenses and digests of files: what a seal was used for stays provable", "seal_mandate": "units",
	"seal_delegate": "staff", "record_month": "counts and digests of months that left", "record_hold": "who is held is not erased", "reseal": "counters", "batch": "its rows", "import_task": "configuration", "import_fault": "configuration",
	"session_step": "ends by itself within minutes", "window_visit": "random ids, ends within hours",
	"status_list": "numbers", "status_value": "what a list says of a place; nothing leads from it to a license", "status_change": "lists",
}
