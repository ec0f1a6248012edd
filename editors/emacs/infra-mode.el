;;; infra-mode.el --- Major mode for .infra files of infrac  -*- lexical-binding: t; -*-

;; License: MPL-2.0
;; Version: 0.1.0
;; Package-Requires: ((emacs "27.1"))
;; Keywords: languages

;;; Commentary:

;; Colours and indents .infra files.  Where eglot is there, `M-x eglot' starts `infrac lsp'; with
;;   (add-hook 'infra-mode-hook #'eglot-ensure)
;; every file does.

;;; Code:

(defgroup infra nil
  "Files of infrac."
  :group 'languages)

(defcustom infra-program '("infrac" "lsp")
  "The language server with its arguments."
  :type '(repeat string))

(defcustom infra-indent-offset 2
  "How many columns a bracket indents the lines within."
  :type 'integer
  :safe #'integerp)

(defvar infra-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    (modify-syntax-entry ?_ "_" table)
    (modify-syntax-entry ?- "_" table)
    (modify-syntax-entry ?' "." table)
    (dolist (sign '(?= ?+ ?* ?/ ?% ?< ?> ?? ?! ?$ ?. ?, ?:))
      (modify-syntax-entry sign "." table))
    table))

(defconst infra--word "[[:alpha:]_]\\(?:-*[[:alnum:]_]\\)*")

(defconst infra--declarations '("input" "output" "let" "check" "fn" "type" "enum"))

(defconst infra--reserved
  '("if" "then" "else" "match" "for" "in" "and" "or" "not" "by" "where" "at" "help"))

(defconst infra--units
  '("KiB" "MiB" "GiB" "TiB" "kB" "MB" "GB" "TB" "B" "ms" "s" "m" "h" "d" "w"
    "EUR" "USD" "GBP" "CHF" "SEK" "NOK" "DKK" "PLN" "CZK" "CAD" "AUD" "NZD"))

(defconst infra--protocols '("tcp" "udp" "sctp" "icmpv6" "icmp" "esp" "gre" "ah"))

(defvar infra-font-lock-keywords
  `(;; `## …' at the start of a line documents what stands below.
    ("^[ \t]*\\(##\\(?:[^#\n].*\\)?\\)$" (1 font-lock-doc-face t))
    ("\\${" (0 font-lock-preprocessor-face t))
    (,(concat "\\.\\(" infra--word "\\)") (1 font-lock-variable-name-face))
    (,(concat "[[:alnum:]_]:[ \t]*\\(" infra--word "\\)") (1 font-lock-type-face))
    (,(concat "\\_<\\(" infra--word "\\)[ \t]*\\(?:=\\(?:[^=>]\\|$\\)\\|[+-]=\\)") (1 font-lock-variable-name-face))
    (,(concat "\\_<\\(" infra--word "\\):") (1 font-lock-variable-name-face))
    (,(concat "\\(?:^\\|[{,]\\)[ \t]*" (regexp-opt infra--declarations t) "[ \t]+[^ \t={]") (1 font-lock-keyword-face))
    (,(concat "\\(?:^\\|[{,]\\)[ \t]*\\([[:lower:]]\\(?:-*[[:alnum:]_]\\)*\\)"
              "\\(?:[ \t]+\\(?:" infra--word "\\|\"[^\"\n]*\"\\)\\)*[ \t]*{")
     (1 font-lock-type-face))
    (,(regexp-opt infra--reserved 'symbols) . font-lock-keyword-face)
    (,(regexp-opt '("true" "false" "none" "_") 'symbols) . font-lock-constant-face)
    (,(concat "\\_<[0-9]+\\.\\.[0-9]+/" (regexp-opt infra--protocols) "\\_>") . font-lock-constant-face)
    (,(concat "\\_<[0-9]+\\(?:\\.[0-9]+\\)*\\(?:/[0-9]+\\|/" (regexp-opt infra--protocols) "\\|"
              (regexp-opt infra--units) "\\)?\\_>")
     . font-lock-constant-face)
    ("\\_<[[:upper:]][[:alnum:]]*\\_>" . font-lock-type-face)
    (,(concat "\\_<\\(" infra--word "\\)[ \t]*(") (1 font-lock-function-name-face)))
  "What `infra-mode' colours, besides comments and strings.")

(defun infra--propertize (start end)
  "Make one string of the text between three quotes from START to END."
  (goto-char start)
  (while (re-search-forward "\"\"\"" end t)
    (let* ((first (match-beginning 0))
           (state (save-excursion (syntax-ppss first)))
           (opens (and (not (nth 8 state)) (looking-at-p "[ \t]*\r?$")))
           (closes (and (eq (nth 3 state) t)
                        (save-excursion (goto-char first) (skip-chars-backward " \t") (bolp)))))
      (cond
       (opens (put-text-property first (1+ first) 'syntax-table (string-to-syntax "|")))
       (closes (put-text-property (1- (point)) (point) 'syntax-table (string-to-syntax "|")))))))

(defun infra-indent-line ()
  "Indent a line by the brackets around it; text of several lines stays."
  (interactive)
  (let* ((begin (line-beginning-position))
         (state (save-excursion (syntax-ppss begin)))
         (depth (save-excursion
                  (goto-char begin)
                  (skip-chars-forward " \t")
                  (let ((open (nth 1 state))
                        (closer (looking-at-p "[])}]")))
                    (if (not open)
                        0
                      (goto-char open)
                      (+ (current-indentation) (if closer 0 infra-indent-offset)))))))
    (unless (nth 3 state)
      (let ((behind (> (current-column) (current-indentation))))
        (save-excursion (indent-line-to depth))
        (unless behind (back-to-indentation))))))

;;;###autoload
(define-derived-mode infra-mode prog-mode "infra"
  "Major mode for .infra files."
  (setq-local comment-start "# ")
  (setq-local comment-start-skip "#+[ \t]*")
  (setq-local comment-end "")
  (setq-local indent-tabs-mode nil)
  (setq-local indent-line-function #'infra-indent-line)
  (setq-local syntax-propertize-function #'infra--propertize)
  (setq-local electric-indent-chars (append "}])" electric-indent-chars))
  (setq-local font-lock-defaults '(infra-font-lock-keywords)))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.infra\\'" . infra-mode))

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs `(infra-mode . ,infra-program)))

;; A project is the folder of `infra.toml'.
(defvar project-vc-extra-root-markers)
(with-eval-after-load 'project
  (when (boundp 'project-vc-extra-root-markers)
    (add-to-list 'project-vc-extra-root-markers "infra.toml")))

(provide 'infra-mode)
;;; infra-mode.el ends here
