package org.yinxin.conformance;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import org.ofdrw.core.basicStructure.ofd.docInfo.CustomDatas;
import org.ofdrw.reader.OFDReader;
import org.ofdrw.sign.verify.OFDValidator;
import org.ofdrw.sign.verify.container.SESV4ValidateContainer;

/** One license file under both judges. */
final class LicenseFile {
    private LicenseFile() {}

    /** What was found, in one line. */
    record Finding(int items, int seals) {
        @Override
        public String toString() {
            return items + " indexed items agree, " + seals + " seals verify, page drawn";
        }
    }

    /** Runs all checks; throws on the first that fails. */
    static Finding judge(byte[] file, Path png) throws Exception {
        OfdPackage pack = OfdPackage.read(file);
        try (OFDReader reader = new OFDReader(new ByteArrayInputStream(file))) {
            int items = Face.compareIndex(reader, pack);
            Face.draw(reader, png);
            byOfdrw(file);
            return new Finding(items, SealProof.check(pack, declaredSeals(reader)));
        }
    }

    /** ofdrw's own validator, every signature. */
    static void byOfdrw(byte[] file) throws Exception {
        try (OFDReader reader = new OFDReader(new ByteArrayInputStream(file));
                OFDValidator validator = new OFDValidator(reader)) {
            validator.setValidator(new SESV4ValidateContainer());
            validator.exeValidate();
        }
    }

    /** BouncyCastle alone. */
    static void byProof(byte[] file) throws Exception {
        try (OFDReader reader = new OFDReader(new ByteArrayInputStream(file))) {
            SealProof.check(OfdPackage.read(file), declaredSeals(reader));
        }
    }

    private static int declaredSeals(OFDReader reader) throws Exception {
        CustomDatas meta = reader.getOFDDir().getOfd().getDocBody().getDocInfo().getCustomDatas();
        String declared = meta == null ? null : meta.getCustomDataValue("YX_QZSL");
        Mismatch.unless(declared != null, "the number of seals is not declared");
        return Integer.parseInt(declared.trim());
    }
}
