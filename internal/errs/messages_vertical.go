package errs

var verticalMessages = messages{
	"vertical.key":          {"证照键应是1至64位字母、数字、点、横线或下划线。", "A license key has 1 to 64 letters, digits, dots, dashes or underscores."},
	"vertical.key-personal": {"证照键不能是公民身份号码。请用系统自己的编号。", "A license key must not be a person's number. Use the system's own."},
	"vertical.number":       {"序号从1开始。", "Numbers begin with 1."},
	"vertical.fingerprint":  {"指纹应是64位小写十六进制。", "A fingerprint is 64 lower-case hexadecimal digits."},
	"vertical.action":       {"动作应是新发、变更、终止、挂起或解挂。", "The action is issue, change, end, suspend or release."},
	"vertical.used":         {"这个序号已用于另一条内容。请用新的序号。", "This number was used for another content. Use a new number."},
	"vertical.first":        {"没有这本证照：系统没有推送过，或推送的没有通过审核。请先推送新发，或写明本平台已有证照的标识。", "There is no such license: it was not sent, or the review refused it. Send its issue first, or the identifier of one known here."},
	"vertical.issued":       {"这个证照键已有证照。变更请用“变更”。", "This key has a license already. Send a change."},
	"vertical.issuer":       {"这个系统不能为这个单位推送证照。", "This system does not speak for this unit."},
	"vertical.issued-on":    {"颁发日期不正确，或在将来。", "The day of issue is wrong or lies ahead."},
	"vertical.holders":      {"缺持证主体。", "No holder."},
	"vertical.file":         {"随附的OFD文件没有通过验证：签章不完整、被改动或来源不可信。", "The OFD file is not valid: its seals are incomplete, it was changed, or its origin is not trusted."},
	"vertical.file-other":   {"随附的OFD文件里的证照标识与消息不符。", "The identifier in the OFD file is not the message's."},
	"vertical.index-only":   {"这类证照只登记索引：字段、编号、文件留在来源系统，请不要推送。", "Of this type the index alone is taken: fields, number and file stay at the source. Do not send them."},
	"vertical.digest":       {"缺文件的SM3摘要，应是64位小写十六进制。", "The file's SM3 digest is missing: 64 lower-case hexadecimal digits."},
	"vertical.list":         {"清单的条数或哈希与清单本身不符。", "Count or hash do not fit the list."},
	"vertical.replay":       {"请写明一天，或一本证照。", "Name a day or a license."},
}
