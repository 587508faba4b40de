namespace Jobs.Testing.Documents;

/// <summary>A PDF of one line that opens with the password <c>user</c> only, made with qpdf from one of <see cref="MinimalPdf"/>.</summary>
public static class EncryptedPdf
{
    public static byte[] Bytes { get; } =
        Convert.FromBase64String(
            """
            JVBERi0xLjYKJb/3ov4KMSAwIG9iago8PCAvUGFnZXMgMiAwIFIgL1R5cGUgL0NhdGFsb2cgPj4KZW5kb2JqCjIgMCBvYmoKPDwgL0NvdW50ID
            EgL0tpZHMgWyAzIDAgUiBdIC9UeXBlIC9QYWdlcyA+PgplbmRvYmoKMyAwIG9iago8PCAvQ29udGVudHMgNCAwIFIgL01lZGlhQm94IFsgMCAw
            IDYxMiA3OTIgXSAvUGFyZW50IDIgMCBSIC9SZXNvdXJjZXMgPDwgL0ZvbnQgPDwgL0YxIDUgMCBSID4+ID4+IC9UeXBlIC9QYWdlID4+CmVuZG
            9iago0IDAgb2JqCjw8IC9MZW5ndGggODAgL0ZpbHRlciAvRmxhdGVEZWNvZGUgPj4Kc3RyZWFtCrvo5pFTyQa4K2MGWW17JCWZFS0OsOXU/vw9
            dPgYLU1mjyYcV1RRcDKeSRWl+R/LJ1xtSSlS++RxtbSh/+jy19YPw9kV8TU2aWJ7vekBWqVSZW5kc3RyZWFtCmVuZG9iago1IDAgb2JqCjw8IC
            9CYXNlRm9udCAvSGVsdmV0aWNhIC9TdWJ0eXBlIC9UeXBlMSAvVHlwZSAvRm9udCA+PgplbmRvYmoKNiAwIG9iago8PCAvQ0YgPDwgL1N0ZENG
            IDw8IC9BdXRoRXZlbnQgL0RvY09wZW4gL0NGTSAvQUVTVjIgL0xlbmd0aCAxNiA+PiA+PiAvRmlsdGVyIC9TdGFuZGFyZCAvTGVuZ3RoIDEyOC
            AvTyA8MGJhMzgzNWY4OGY5MDM4OGU3NGU1NDU4NDEyNWNlMTQyYmUwZGUyNGM2YjBkMzc3NDZlMDc1Yjg5MTc1NjY3MT4gL1AgLTQgL1IgNCAv
            U3RtRiAvU3RkQ0YgL1N0ckYgL1N0ZENGIC9VIDw5NzVkM2FiYjRhOGNjMjE4MDJjMzRmMDg4YTZjYjVlYzAxMjI0NTZhOTFiYWU1MTM0MjczYT
            ZkYjEzNGM4N2M0PiAvViA0ID4+CmVuZG9iagp4cmVmCjAgNwowMDAwMDAwMDAwIDY1NTM1IGYgCjAwMDAwMDAwMTUgMDAwMDAgbiAKMDAwMDAw
            MDA2NCAwMDAwMCBuIAowMDAwMDAwMTIzIDAwMDAwIG4gCjAwMDAwMDAyNTEgMDAwMDAgbiAKMDAwMDAwMDQwMSAwMDAwMCBuIAowMDAwMDAwND
            cxIDAwMDAwIG4gCnRyYWlsZXIgPDwgL1Jvb3QgMSAwIFIgL1NpemUgNyAvSUQgWzxjYjkyYmY5NjJjOGQyOWVhZTZkZTc5YjRkN2E3ZGNkNT48
            Y2I5MmJmOTYyYzhkMjllYWU2ZGU3OWI0ZDdhN2RjZDU+XSAvRW5jcnlwdCA2IDAgUiA+PgpzdGFydHhyZWYKNzcwCiUlRU9GCg==
            """
        );
}
