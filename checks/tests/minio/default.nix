# MinIO, a real object store, with an object of 1 GiB in it.
let
  # Signed by curl in the container; the password reaches it on its standard input.
  signed = arguments: {
    exec = {
      command = [ "curl" "--silent" "--show-error" "--fail" "--config" "-" "--request" "PUT" ] ++ arguments;
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

  # A bucket that everybody may use.
  setup = [
    (signed [ "http://127.0.0.1:9000/media" ])
    (signed [ "--data-binary" policy "http://127.0.0.1:9000/media?policy=" ])
  ];

  state.write = [
    {
      http = {
        method = "POST";
        path = "/media";
        form.key = "kept.bin";
        upload = { field = "file"; name = "kept.bin"; size = 1073741824; };
        expect.status = 204;
      };
      timeout = "5m";
    }
  ];
  state.verify = [ { http = { path = "/media/kept.bin"; expect = { status = 200; sha256 = "78c28f434b4a35a64a50fa48f0f28f174a94657ee85b782e6ad6ccf8ea3ef5c6"; }; }; timeout = "5m"; } ];
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
