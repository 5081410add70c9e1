# MinIO, a real object store, with an object of 1 GiB in it.
let
  # Signed by curl in the container; the password reaches it on its standard input. curl 7.88 does not say which
  # body it signed, and MinIO then takes an empty one: so the header says it.
  signed = body: arguments: {
    exec = {
      command = [ "curl" "--silent" "--show-error" "--fail" "--config" "-" "--request" "PUT" "--header" "x-amz-content-sha256: ${builtins.hashString "sha256" body}" ] ++ arguments;
      stdin = ''
        aws-sigv4 = "aws:amz:us-east-1:s3"
        user = "minio:''${secret:root_password}"
      '';
      expect.exit = 0;
    };
  };
  policy = builtins.toJSON {
    Version = "2012-10-17";
    Statement = [ {
      Effect = "Allow";
      Principal.AWS = [ "*" ];
      Action = [ "s3:GetObject" "s3:PutObject" "s3:DeleteObject" ];
      Resource = [ "arn:aws:s3:::media/*" ];
    } ];
  };
in
{
  description = "An object store";
  category = "object-storage";
  hosts = [ "console-\${domain}" ];
  ready.path = "/minio/health/ready";
  ready.also = [ "https://console-\${domain}/" ];

  # The console asks who is there before anybody has logged in.
  smoke.allow = [ "status of 403 .*/api/v1/session" ];

  # A bucket that everybody may use.
  setup = [
    (signed "" [ "http://127.0.0.1:9000/media" ])
    (signed policy [ "--data-binary" policy "http://127.0.0.1:9000/media?policy=" ])
  ];

  # A multipart form can't carry the object, since MinIO takes no form of strangers; so it is put from
  # the container, as a file: MinIO asks for its length.
  state.write = [
    {
      exec.command = [
        "sh"
        "-euc"
        ''
          seq 200000000 | head -c 1073741824 > /tmp/kept.bin
          curl --silent --show-error --fail --upload-file /tmp/kept.bin http://127.0.0.1:9000/media/kept.bin
          rm /tmp/kept.bin
        ''
      ];
      timeout = "5m";
    }
  ];
  state.verify = [ { http = { path = "/media/kept.bin"; expect = { status = 200; sha256 = "5d4406b85df2402c69b2d17c415f342960e73bc32a2385730f19e023b1900ca9"; }; }; timeout = "5m"; } ];
  state.change = [ { http = { method = "DELETE"; path = "/media/kept.bin"; expect.status = 204; }; } ];

  flows.console = [
    { goto = "https://console-\${domain}/login"; }
    { fill = { at = "#accessKey"; value = "minio"; }; }
    { fill = { at = "#secretKey"; value = "\${secret:root_password}"; }; }
    { press.key = "Enter"; }
    { expectURL = "**/browser"; }
    { expectText.text = "media"; }
  ];

  limits.run = "1h";
}
